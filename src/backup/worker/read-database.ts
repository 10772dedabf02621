import type { D1Database } from "@cloudflare/workers-types";
import { readSnapshot } from "../../migrations/database/snapshot.ts";
import { checksum } from "../../migrations/sql/checksum.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { mostAttempts } from "../d1/pages/pages.ts";
import { RowGone } from "../d1/pages/whole-rows.ts";
import { fingerprintOf, sequences, wholeSchema } from "../d1/schema.ts";
import type { DumpedTable } from "../d1/tables.ts";
import type { DatabaseEntry } from "../store/manifest.ts";
import { type BoundDatabase, boundDatabase, tablesOf } from "./bound-database.ts";
import type { WrittenFile } from "./files.ts";
import { type Reading, type RowsRead, readRows } from "./read-rows.ts";
import type { DatabaseSettings } from "./settings.ts";
import type { HalfRead } from "./under-way.ts";

/** A database that was read to its end. */
export interface ReadDatabase {
  readonly entry: DatabaseEntry;
  readonly files: readonly WrittenFile[];
}

/** Reads a database from where an earlier invocation ended, or from its beginning; undefined where the next invocation has to go on. */
export async function readDatabase(
  settings: DatabaseSettings,
  binding: D1Database,
  reading: Reading,
): Promise<ReadDatabase | undefined> {
  const database = boundDatabase(binding, settings.key, reading.into.share);
  for (let from = await opened(reading); ; ) {
    const bookmark = await bookmarkOf(database);
    const schema = await wholeSchema(database);
    const begun = beginning(bookmark, schema, from);
    const tables = await tablesOf(database, schema);
    const mayRepeat = begun.attempt < mostAttempts;
    from = { ...begun, files: [], attempt: begun.attempt + 1 };
    let done: RowsRead | undefined;
    try {
      done = await readRows(database, tables, begun, reading);
    } catch (error) {
      if (error instanceof RowGone && mayRepeat) continue;
      throw error;
    }
    if (done === undefined) return undefined;
    const counters = await sequences(database, schema);
    const bookmarkAfter = await bookmarkOf(database);
    const isSame = begun.bookmarkBefore !== null && bookmarkAfter === begun.bookmarkBefore;
    // What took several invocations is not read again for a write in one of them.
    if (!done.isAtOnce && !isSame && mayRepeat && begun.files.length === 0) continue;
    const { ledger } = await readSnapshot(database);
    const consistency = done.isAtOnce ? "oneRequest" : isSame ? "unchanged" : "spread";
    return {
      files: done.files,
      entry: {
        key: settings.key,
        id: settings.id,
        physicalName: settings.physicalName,
        file: done.files[0]?.name ?? "",
        more: done.files.slice(1).map(({ name }) => name),
        ...{ consistency, bookmarkBefore: begun.bookmarkBefore, bookmarkAfter },
        schema: [...schema],
        fingerprint: fingerprintOf(schema),
        ledger: [...ledger],
        sequences: counters,
        tables: [...done.tables],
        without: withoutOf(tables, done.tables),
      },
    };
  }
}

const withoutOf = (tables: readonly DumpedTable[], read: RowsRead["tables"]): string[] => [
  ...tables.flatMap(({ name, content }) =>
    content.kind === "none" ? [`rows of ${name}: ${content.why}`] : [],
  ),
  ...read
    .filter(({ digest }) => digest === undefined)
    .map(({ name }) => `digest and newest row of ${name}: the worker read it in several invocations`),
];

/** What an earlier invocation left, with the key in clear; undefined where it left nothing that this one can open. */
async function opened({ held, notes }: Reading): Promise<HalfRead | undefined> {
  const { now } = held.state();
  if (now === undefined || now.behind === null) return now;
  const behind = await notes.open(now.behind);
  return behind === undefined ? undefined : { ...now, behind };
}

/** What an earlier invocation left, where the schema is still the same; otherwise the beginning. */
function beginning(
  bookmarkBefore: string | null,
  schema: readonly SchemaObject[],
  from: HalfRead | undefined,
): HalfRead {
  const now = checksum(JSON.stringify(schema));
  if (from !== undefined && from.schema === now && from.files.length > 0) return from;
  const attempt = from?.attempt ?? 1;
  return { attempt, bookmarkBefore, schema: now, files: [], table: 0, behind: null, rows: [] };
}

/** Null where the session tells none: then nobody knows whether somebody wrote. */
async function bookmarkOf(database: BoundDatabase): Promise<string | null> {
  const asked = await database.bookmark();
  return asked.kind === "done" ? asked.value : null;
}
