import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { headFile, type ReadHead, readHead } from "./head.ts";

/** In the folder of a backup that is in the bucket: without it the backup still has to get there. */
export const inBucketMark = "in-bucket";
/** Beside it where the bucket has another head by now than the one that is here. */
export const exchangedMark = "exchanged";

/** A folder with a backup's name that is no backup, as far as anybody can see. */
export interface Unreadable {
  readonly name: string;
  readonly why: string;
}

export interface Heads {
  /** The oldest first. */
  readonly heads: readonly ReadHead[];
  readonly unreadable: readonly Unreadable[];
}

/** What is in a folder of backups. One that cannot be read is no reason not to read the others. */
export function headsIn(folder: string): Heads {
  const heads: ReadHead[] = [];
  const unreadable: Unreadable[] = [];
  for (const name of foldersIn(folder)) {
    const read = readOf(folder, name);
    if (read === undefined) continue;
    if ("why" in read) unreadable.push(read);
    else heads.push(read);
  }
  return { heads, unreadable };
}

function readOf(folder: string, name: string): ReadHead | Unreadable | undefined {
  const own = join(folder, name);
  if (!existsSync(join(own, headFile))) {
    // It is just being brought here, or will be again.
    if (existsSync(join(own, inBucketMark))) return undefined;
    return { name, why: `it has no ${headFile}` };
  }
  if (existsSync(join(own, exchangedMark)))
    return { name, why: `its ${headFile} in the bucket is another than the one that was there before` };
  try {
    const read = readHead(own);
    if (read.head.name === name) return read;
    return { name, why: `its ${headFile} is that of ${read.head.name}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, why: `its ${headFile} cannot be read: ${error.diagnostic.got}` };
  }
}

/** Folders with the name of a backup, the oldest first: each is the time at which it was begun. */
export const foldersIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{8}T\d{6}Z$/.test(name))
        .sort()
    : [];

/** Names of the backups that can be read, the oldest first. */
export const backupNames = (folder: string): readonly string[] =>
  headsIn(folder).heads.map(({ head }) => head.name);

/** The newest backup of a stage's folder; undefined where there is none. */
export const newestHead = (folder: string): ReadHead | undefined => headsIn(folder).heads.at(-1);

/** The newest backup of a stage's folder that has such a file; undefined where none has. */
export const newestWith = (folder: string, file: string): ReadHead | undefined =>
  headsIn(folder).heads.findLast(({ head }) => head.files.some(({ name }) => name === file));

/**
 * What is wrong with the row of backups: one that was exchanged, or is missing between two that are there. Where the oldest ones were let go, the row
 * begins later.
 */
export function brokenLinks(folder: string): readonly string[] {
  const { heads } = headsIn(folder);
  return heads.flatMap(({ head: { name, previous } }) => {
    const before = heads.find((each) => each.head.name === previous?.name);
    return before === undefined || before.digest === previous?.digest
      ? []
      : [`${name} follows another ${before.head.name} than the one that is there: that one was exchanged`];
  });
}
