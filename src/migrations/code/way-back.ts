import { z } from "zod";
import { type Database, rows } from "../database/database.ts";
import type { MigrationFile } from "../files/reading.ts";
import { replay } from "../plan/replayed.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { type CorpusStatement, checkCorpus } from "./corpus.ts";

/** A file that ran on a database, as its log has it. */
export interface Ran {
  readonly name: string;
  readonly phase: string;
  /** Milliseconds since 1970, by the database's clock. */
  readonly atMs: number;
  /** Of the moment before it; undefined where another tool ran it. */
  readonly bookmark: string | undefined;
}

/** A database's way back to a schema that a version works with. */
export interface WayBack {
  /** The Time Travel bookmark that it is put back to. */
  readonly bookmark: string;
  /** When it was in that state: what was written since then goes. Milliseconds since 1970. */
  readonly sinceMs: number;
  /** Files that the database would forget, in order; the first of them ran right behind the bookmark. */
  readonly undone: readonly [Ran, ...Ran[]];
  /** As the files before them leave it; undefined where the folder does not have all that ran. */
  readonly schema: readonly SchemaObject[] | undefined;
}

const logShape = z.array(
  z.object({
    name: z.string(),
    phase: z.string(),
    bookmark: z.string().nullable(),
    at: z.string().transform((text) => Date.parse(text)),
  }),
);

/** The files that Lockstep ran on a database, in order. */
export async function ranOn(database: Database): Promise<readonly Ran[]> {
  const [found] = await rows(database, [
    'SELECT name, phase, bookmark_before AS bookmark, applied_at AS at FROM "_mig_log" ORDER BY applied_at, name',
  ]);
  return logShape
    .parse(found)
    .map(({ at, bookmark, ...rest }) => ({ ...rest, atMs: at, bookmark: bookmark ?? undefined }));
}

/**
 * The newest bookmark behind which every statement works, of those that the files have which ran since a version was made: what is lost is what was
 * written since, so the newest loses least. Undefined where there is none.
 * @param files of the folder: what they leave, one behind the other, is replayed
 * @param madeMs when the version was made: what ran before, it was made for
 * @param through the first file that may not stay, whatever the statements are: a contract that the version is too old for
 */
export function wayBack(
  files: readonly MigrationFile[],
  ran: readonly Ran[],
  statements: readonly CorpusStatement[],
  { madeMs, through }: { readonly madeMs: number; readonly through: string | undefined },
): WayBack | undefined {
  const schemas = schemasAfter(files, ran);
  const first = ran.findIndex(({ atMs }) => atMs > madeMs);
  if (first < 0) return undefined;
  const last = through === undefined ? ran.length - 1 : ran.findIndex(({ name }) => name === through);
  for (let at = last; at >= first; at--) {
    const [file, ...later] = ran.slice(at);
    if (file?.bookmark === undefined) continue;
    const before = ran[at - 1];
    const schema = before === undefined ? [] : schemas?.get(before.name);
    // What was never replayed is known to fit only where nothing of it is younger than the version.
    const fits =
      schema === undefined ? at === first : checkCorpus(statements, [{ by: undefined, schema }]).length === 0;
    if (fits) return { bookmark: file.bookmark, sinceMs: file.atMs, undone: [file, ...later], schema };
  }
  return undefined;
}

/** What each file left, by its name; undefined where the folder does not have all that ran. */
function schemasAfter(
  files: readonly MigrationFile[],
  ran: readonly Ran[],
): ReadonlyMap<string, readonly SchemaObject[]> | undefined {
  const order = ran.flatMap(({ name }) => files.find((file) => file.name === name) ?? []);
  if (order.length < ran.length) return undefined;
  const schemas = new Map<string, readonly SchemaObject[]>();
  const found = replay(order, ({ name }, schema) => schemas.set(name, schema()));
  return found.kind === "schema" ? schemas : undefined;
}
