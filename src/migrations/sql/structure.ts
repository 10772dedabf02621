import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

export interface Column {
  readonly name: string;
  /** As declared, upper case; empty when none. */
  readonly type: string;
  readonly notNull: boolean;
  /** The default's SQL text. */
  readonly defaultSql: string | undefined;
  /** Position in the primary key, from 1; 0 is not in it. */
  readonly primaryKey: number;
  readonly kind: "plain" | "virtual" | "stored" | "hidden";
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** `c` CREATE INDEX, `u` UNIQUE constraint, `pk` primary key. */
  readonly origin: string;
  readonly partial: boolean;
  /** undefined stands for an expression. */
  readonly columns: readonly (string | undefined)[];
  /** Of each column: `BINARY`, `NOCASE` … */
  readonly collations: readonly string[];
  /** Of each column: whether it is kept from the largest down. */
  readonly descending: readonly boolean[];
}

export interface ForeignKey {
  readonly parent: string;
  readonly from: readonly string[];
  /** undefined is the parent's primary key. */
  readonly to: readonly (string | undefined)[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface Table {
  readonly name: string;
  readonly sql: string;
  readonly virtual: boolean;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
}

const flag = z.number().transform((value) => value !== 0);
const columnRows = z.array(
  z.object({
    name: z.string(),
    type: z.string(),
    notnull: flag,
    dflt_value: z.string().nullable(),
    pk: z.number(),
    hidden: z.number(),
  }),
);
const indexRows = z.array(
  z.object({
    name: z.string(),
    unique: flag,
    origin: z.string(),
    partial: flag,
    column: z.string().nullable(),
    collation: z.string(),
    descending: flag,
    key: flag,
  }),
);
const keyRows = z.array(
  z.object({
    id: z.number(),
    table: z.string(),
    from: z.string(),
    to: z.string().nullable(),
    on_update: z.string(),
    on_delete: z.string(),
  }),
);
const tableRow = z.object({ sql: z.string(), type: z.string(), wr: flag, strict: flag });

const kinds = ["plain", "hidden", "virtual", "stored"] as const;

/** One table as SQLite understands it; undefined when there is none of that name. Views have no structure here. */
export function readTable(db: DatabaseSync, name: string): Table | undefined {
  const found = db
    .prepare(
      `SELECT s.sql AS sql, l.type AS type, l.wr AS wr, l.strict AS strict FROM sqlite_schema AS s JOIN pragma_table_list AS l
       ON l.name = s.name AND l.schema = 'main' WHERE s.type = 'table' AND s.name = ? COLLATE NOCASE`,
    )
    .get(name);
  if (found === undefined) return undefined;
  const { sql, type, wr, strict } = tableRow.parse(found);
  return {
    name: readName(db, name),
    sql,
    virtual: type === "virtual",
    strict,
    withoutRowid: wr,
    columns: columns(db, name),
    indexes: indexes(db, name),
    foreignKeys: foreignKeys(db, name),
  };
}

const nameRow = z.object({ name: z.string() });

function readName(db: DatabaseSync, name: string): string {
  return nameRow.parse(
    db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE").get(name),
  ).name;
}

/** The columns of a table or a view. */
export function columns(db: DatabaseSync, name: string): readonly Column[] {
  const found = columnRows.parse(db.prepare("SELECT * FROM pragma_table_xinfo(?)").all(name));
  return found.map((row) => ({
    name: row.name,
    type: row.type.toUpperCase(),
    notNull: row.notnull,
    defaultSql: row.dflt_value ?? undefined,
    primaryKey: row.pk,
    kind: kinds[row.hidden] ?? "hidden",
  }));
}

function indexes(db: DatabaseSync, name: string): readonly Index[] {
  const found = indexRows.parse(
    db
      .prepare(
        `SELECT i.name AS name, i."unique" AS "unique", i.origin AS origin, i.partial AS partial, x.name AS column, x.coll AS collation, x."desc" AS descending, x.key AS key
         FROM pragma_index_list(?) AS i JOIN pragma_index_xinfo(i.name) AS x ORDER BY i.seq, x.seqno`,
      )
      .all(name),
  );
  const byName = Map.groupBy(found, (row) => row.name);
  return [...byName.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const keys = rows.filter(({ key }) => key);
    return [
      {
        name: first.name,
        unique: first.unique,
        origin: first.origin,
        partial: first.partial,
        columns: keys.map(({ column }) => column ?? undefined),
        collations: keys.map(({ collation }) => collation.toUpperCase()),
        descending: keys.map(({ descending }) => descending),
      },
    ];
  });
}

function foreignKeys(db: DatabaseSync, name: string): readonly ForeignKey[] {
  const found = keyRows.parse(
    db
      .prepare(
        'SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id, seq',
      )
      .all(name),
  );
  const byId = Map.groupBy(found, (row) => row.id);
  return [...byId.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    return [
      {
        parent: first.table,
        from: rows.map((row) => row.from),
        to: rows.map((row) => row.to ?? undefined),
        onUpdate: first.on_update,
        onDelete: first.on_delete,
      },
    ];
  });
}

/** Names differ by case for nobody but us: SQLite finds `Users` where `users` is meant. */
export const sameName = (a: string, b: string): boolean => fold(a) === fold(b);

/** A name as SQLite compares it: ASCII letters in lower case. */
export const fold = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** What SQLite calls the number of a row, unless a column has that name. */
export const rowids: readonly string[] = ["rowid", "oid", "_rowid_"];

/** A name as SQL text that is right for any name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQLite's affinity of a declared type. */
export function affinity(type: string): "INTEGER" | "TEXT" | "BLOB" | "REAL" | "NUMERIC" {
  if (type.includes("INT")) return "INTEGER";
  if (/CHAR|CLOB|TEXT/.test(type)) return "TEXT";
  if (type === "" || type.includes("BLOB")) return "BLOB";
  if (/REAL|FLOA|DOUB/.test(type)) return "REAL";
  return "NUMERIC";
}
