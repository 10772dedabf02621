import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { catalogs } from "../shadow/catalog.ts";
import { isSystem } from "../shadow/replay.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { valueSql } from "../sql/literals.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, quoted, rowids, type Table } from "../sql/structure.ts";
import { virtualParts } from "../sql/virtual-tables.ts";
import { stopClock } from "./moment.ts";

/** A table with its rows. */
export interface Held {
  readonly table: Table;
  /** Of each row its number and then its values, as SQL literals; the number is empty where a table has none that can be asked for. */
  readonly rows: readonly (readonly string[])[];
  /** Names of {@link rows} behind the number. */
  readonly columns: readonly string[];
  /** What its row number is called; undefined where it has none. */
  readonly rowid: string | undefined;
  /** Of a search table: each word with where it stands, and its settings, as text. */
  readonly index: readonly string[];
}

/** Everything that files leave on an empty database. */
export interface Contents {
  /** In the order in which they were made. */
  readonly objects: readonly SchemaObject[];
  readonly tables: readonly Held[];
  /** Table → the last number that `AUTOINCREMENT` gave; only those that gave one. */
  readonly counters: ReadonlyMap<string, bigint>;
}

/** A statement of a file that is to be replayed. */
export interface Piece {
  readonly sql: string;
  readonly line: number;
}

export type Made =
  | { readonly kind: "contents"; readonly contents: Contents }
  | { readonly kind: "failed"; readonly file: number; readonly line: number; readonly message: string };

/** Replays files on an empty database whose clock stands still. Each file is a request, as on D1. */
export function make(files: readonly (readonly Piece[])[], moment: string): Made {
  const shadow = openShadow();
  const clock = stopClock(shadow.trusted, moment);
  try {
    for (const [file, pieces] of files.entries()) {
      for (const { sql, line } of pieces) {
        const { error } = shadow.run(sql);
        if (error !== undefined) return { kind: "failed", file, line, message: error };
      }
      const broken = committed(shadow.trusted);
      if (broken !== undefined)
        return { kind: "failed", file, line: pieces.at(-1)?.line ?? 1, message: broken };
      shadow.endRequest();
    }
    return { kind: "contents", contents: contentsOf(shadow) };
  } finally {
    shadow.close();
    clock.close();
  }
}

/** What D1 would answer at the end of a request: a key that was to be checked later, and has no parent then, fails it. */
function committed(db: DatabaseSync): string | undefined {
  try {
    db.exec("COMMIT; BEGIN");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const nameRows = z.array(z.object({ name: z.string(), type: z.string() }));
const counterRows = z.array(z.object({ name: z.string(), seq: z.unknown() }));

function contentsOf(shadow: Shadow): Contents {
  const db = shadow.trusted;
  const made = nameRows.parse(db.prepare("SELECT name, type FROM sqlite_schema ORDER BY rowid").all());
  const place = new Map(made.map(({ name, type }, i) => [`${type} ${name}`, i]));
  const at = ({ type, name }: SchemaObject): number => place.get(`${type} ${name}`) ?? 0;
  const schema = shadow.schema();
  const parts = new Set(virtualParts(schema));
  const objects = schema
    .filter(({ name, tableName }) => !parts.has(name) && !parts.has(tableName))
    .toSorted((a, b) => at(a) - at(b));
  const held = catalogs(shadow)()
    .tables()
    .filter(({ name }) => !isSystem(name))
    .map((table) => read(db, table, parts));
  const tables = held.toSorted((a, b) => orderOf(objects, a) - orderOf(objects, b));
  return { objects, tables, counters: counters(db) };
}

const orderOf = (objects: readonly SchemaObject[], { table }: Held): number =>
  objects.findIndex(({ type, name }) => type === "table" && fold(name) === fold(table.name));

function read(db: DatabaseSync, table: Table, parts: ReadonlySet<string>): Held {
  const names = new Set(table.columns.map(({ name }) => fold(name)));
  const rowid = table.withoutRowid ? undefined : rowids.find((name) => !names.has(name));
  const columns = table.columns.filter(({ kind }) => kind !== "hidden").map(({ name }) => name);
  const isSearch = /^\s*create\s+virtual\s[\s\S]*?\busing\s+fts5\b/i.test(table.sql);
  // A search table that keeps the text which it finds has a table for it. Others have none that could be read here.
  const isDerived = table.virtual && /\busing\s+fts5vocab\b/i.test(table.sql);
  const isReadable = !isDerived && (!isSearch || parts.has(`${table.name}_content`));
  return {
    table,
    columns,
    rowid,
    rows: isReadable ? rowsOf(db, table, rowid, columns) : [],
    index: isSearch ? indexOf(db, table.name) : [],
  };
}

/** Read as arrays: two names that differ by case would be one key. */
function rowsOf(
  db: DatabaseSync,
  { name, columns: all }: Table,
  rowid: string | undefined,
  columns: readonly string[],
): readonly (readonly string[])[] {
  const keys = all.filter(({ primaryKey }) => primaryKey > 0).map((column) => quoted(column.name));
  const statement = db.prepare(
    `SELECT ${[rowid ?? "NULL", ...columns.map(quoted)].join(", ")} FROM ${quoted(name)} ORDER BY ${rowid ?? (keys.length > 0 ? keys.join(", ") : "1")}`,
  );
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return z
    .array(z.array(z.unknown()))
    .parse(statement.all())
    .map((row) => row.map((value, i) => (i === 0 && value === null ? "" : valueSql(value))));
}

function indexOf(db: DatabaseSync, name: string): readonly string[] {
  db.exec(`CREATE VIRTUAL TABLE temp.squashed_words USING fts5vocab(main, ${quoted(name)}, instance)`);
  try {
    const words = db.prepare("SELECT term, doc, col, offset FROM temp.squashed_words");
    words.setReadBigInts(true);
    const settings = db.prepare(`SELECT k, v FROM ${quoted(`${name}_config`)} ORDER BY k`);
    settings.setReadBigInts(true);
    return [...words.all(), ...settings.all()].map((row) => Object.values(row).map(valueSql).join(" "));
  } finally {
    db.exec("DROP TABLE temp.squashed_words");
  }
}

function counters(db: DatabaseSync): ReadonlyMap<string, bigint> {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() === undefined)
    return new Map();
  const statement = db.prepare("SELECT name, seq FROM sqlite_sequence WHERE seq IS NOT NULL");
  statement.setReadBigInts(true);
  return new Map(
    counterRows
      .parse(statement.all())
      .flatMap(({ name, seq }) => (typeof seq === "bigint" && seq !== 0n ? [[name, seq] as const] : [])),
  );
}
