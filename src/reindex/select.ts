import { UserError } from "../diagnostic/user-error.ts";
import { type Database, rows } from "../migrations/database/database.ts";
import { openShadow } from "../migrations/shadow/shadow.ts";
import { valueSql } from "../migrations/sql/literals.ts";
import type { SchemaObject } from "../migrations/sql/schema-guard.ts";
import { split } from "../migrations/sql/split.ts";
import { quoted } from "../migrations/sql/structure.ts";

/** A recipe's SELECT that SQLite has understood, and the column that its rows are ordered and told apart by. */
export interface Selection {
  readonly select: string;
  readonly key: string;
  /** Names of all of its columns. */
  readonly columns: readonly string[];
  /** Whether each page reads all rows behind it, because no index has them in the key's order. */
  readonly sortsAll: boolean;
}

/** Throws for what is no single reading statement, does not fit the schema, or has no name for its first column. */
export function checkedSelect(where: string, select: string, schema: readonly SchemaObject[]): Selection {
  const refused = (what: string, got: string): UserError =>
    new UserError({
      what,
      where,
      got,
      expected: "one SELECT whose first column tells rows apart",
      fix: "correct select in the declaration, such as SELECT id FROM notes",
    });
  const { pieces } = split(select);
  const [piece, ...others] = pieces;
  if (piece === undefined || others.length > 0)
    throw refused("A recipe is one statement", pieces.length === 0 ? "none" : `${pieces.length} statements`);
  // On a line of its own: a comment at its end would take what stands behind it along.
  const sql = `${piece.sql.replace(/;\s*$/, "")}\n`;
  const shadow = openShadow(schema);
  try {
    const { error, events } = shadow.run(`SELECT * FROM (${sql}) LIMIT 1`);
    if (error !== undefined) throw refused("The recipe does not fit the database's schema", error);
    if (events.some(({ action }) => /^(insert|update|delete)/i.test(action)))
      throw refused("A recipe only reads", sql);
    const columns = shadow.trusted
      .prepare(`SELECT * FROM (${sql})`)
      .columns()
      .map(({ name }) => name);
    const [first] = columns;
    if (first === undefined) throw refused("The recipe gives no column", sql);
    const page = `SELECT * FROM (${sql}) WHERE ${quoted(first)} > '' ORDER BY ${quoted(first)} LIMIT 1`;
    const plan = shadow.trusted.prepare(`EXPLAIN QUERY PLAN ${page}`).all();
    const sortsAll = plan.some(({ detail }) => /TEMP B-TREE FOR ORDER BY/.test(String(detail)));
    return { select: sql, key: first, columns, sortsAll };
  } finally {
    shadow.close();
  }
}

/** A row of it, by its columns' names. */
export type Row = Readonly<Record<string, unknown>>;

/** How many rows there are. Throws where two have one key: a page that ends between them would leave one out. */
export const countRows = async (database: Database, selection: Selection): Promise<number> =>
  (await counted(database, selection, "")).rows;

/** How much text rows have. */
export interface Size {
  readonly rows: number;
  /** Rows with a text. */
  readonly texts: number;
  readonly characters: number;
}

/** As {@link countRows}, with what stands in a column of texts. */
export const sizeOf = (database: Database, selection: Selection, column: string): Promise<Size> =>
  counted(
    database,
    selection,
    `, count(nullif(${quoted(column)}, '')) AS texts, total(length(${quoted(column)})) AS characters`,
  );

async function counted(database: Database, { select, key }: Selection, more: string): Promise<Size> {
  const [[row] = []] = await rows(database, [
    `SELECT count(*) AS n, count(DISTINCT ${quoted(key)}) AS keys${more} FROM (${select})`,
  ]);
  const [count, keys] = [Number(row?.["n"]), Number(row?.["keys"])];
  if (count === keys)
    return { rows: count, texts: Number(row?.["texts"] ?? 0), characters: Number(row?.["characters"] ?? 0) };
  throw new UserError({
    what: "The recipe's first column does not tell its rows apart; nothing was sent",
    where: `${database.label}, column ${key}`,
    got: `${count} rows, ${keys} different values that are not NULL`,
    expected: "another value in each row",
    fix: "select a column first that is unique, such as the primary key",
  });
}

/** The rows behind one key, in order; the first ones where it is undefined. */
export async function nextRows(
  database: Database,
  { select, key }: Selection,
  after: string | number | undefined,
  most: number,
): Promise<readonly Row[]> {
  const from = after === undefined ? "" : ` WHERE ${quoted(key)} > ${literalOf(after)}`;
  const [found = []] = await rows(database, [
    `SELECT * FROM (${select})${from} ORDER BY ${quoted(key)} LIMIT ${most}`,
  ]);
  return found;
}

/** Rows by what stands in their first columns; those that are gone are left out. */
export async function rowsOf(
  database: Database,
  { select, key }: Selection,
  ids: readonly string[],
): Promise<readonly Row[]> {
  if (ids.length === 0) return [];
  const [found = []] = await rows(database, [
    `SELECT * FROM (${select}) WHERE CAST(${quoted(key)} AS TEXT) IN (${ids.map((id) => valueSql(id)).join(", ")})`,
  ]);
  return found;
}

const literalOf = (key: string | number): string =>
  typeof key === "number" ? valueSql(Number.isInteger(key) ? BigInt(key) : key) : valueSql(key);

/** What stands in a row's first column. Throws where it is nothing that rows could be ordered by. */
export function keyOf(row: Row, { key }: Selection): string | number {
  const value = row[key];
  if (typeof value === "string" || (typeof value === "number" && !unsafe(value))) return value;
  throw new UserError({
    what: "A row cannot be told apart from the others",
    where: `recipe, column ${key}`,
    got: value === null ? "NULL" : String(value),
    expected: "a text, or a whole number below 2^53, another one in each row",
    fix: "select another column first",
  });
}

const unsafe = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value);
