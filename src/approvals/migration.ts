import { chainOf, type Linked } from "../migrations/files/chain.ts";
import type { Change } from "./change.ts";

/** A migration file, and the change that it is: another byte in it, or in a file before it, is another change. */
export interface MigrationChange<File extends Linked> {
  readonly file: File;
  readonly change: Change;
}

/** Every file of a folder as a change of the database. @param label `<system>/<database>` @param files all of the folder, in order */
export function migrationChanges<File extends Linked>(
  stage: string,
  label: string,
  files: readonly File[],
): readonly MigrationChange<File>[] {
  const chain = chainOf(files);
  return files.map((file, i) => ({
    file,
    change: {
      stage,
      resource: label,
      identity: label,
      operation: `migrate ${file.name}`,
      before: chain[i - 1] ?? null,
      after: chain[i],
    },
  }));
}

/** That a database is put back to right before a file ran, and loses what was written since. @param files all of the folder, in order */
export function undoOf(stage: string, label: string, files: readonly Linked[], name: string): Change {
  const [found] = undos(stage, label, files).filter(({ file }) => file.name === name);
  return (
    found?.change ?? {
      ...{ stage, resource: label, identity: label },
      operation: `put back to before ${name}`,
      ...{ before: null, after: null },
    }
  );
}

/** That of each file. */
export const undos = <File extends Linked>(
  stage: string,
  label: string,
  files: readonly File[],
): readonly MigrationChange<File>[] =>
  migrationChanges(stage, label, files).map(({ file, change }) => ({
    file,
    change: {
      ...change,
      operation: `put back to before ${file.name}`,
      before: change.after,
      after: change.before,
    },
  }));
