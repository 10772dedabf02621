import { UserError } from "../../diagnostic/user-error.ts";
import { type Database, rows, unanswered } from "../../migrations/database/database.ts";
import { openShadow } from "../../migrations/shadow/shadow.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { fold, quoted, readTable } from "../../migrations/sql/structure.ts";
import type { Page } from "./pages/page.ts";
import { pages } from "./pages/pages.ts";
import type { DumpedTable } from "./tables.ts";
import { unmistakable, valuesOf } from "./values.ts";

/** One table of a backup beside the same table that serves, its rows known by their primary key. */
export interface TableBeside {
  readonly table: DumpedTable;
  /** Columns that are written, as SQL: without the row's hidden number, which is nobody's key. */
  readonly columns: readonly string[];
  /** Where the primary key's columns are among them. */
  readonly key: readonly number[];
}

/** What a table of a backup has otherwise than the one that serves. */
export interface Otherwise {
  /** Keys of rows that the backup has and the table has not. */
  readonly missing: ReadonlySet<string>;
  /** Rows that both have, with other values: by key, as the table has them now. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
  /** Rows that only the table has: they stay. */
  readonly added: number;
}

/** D1 takes statements of 100,000 bytes; so much of rows goes into one transaction. */
const statementBytes = 90_000;
const requestBytes = 900_000;

/** The table, and by what its rows are told apart. Throws UserError where they cannot be, or where the serving one has lost columns. */
export function tableBeside(
  table: DumpedTable,
  backup: readonly SchemaObject[],
  live: readonly SchemaObject[],
  label: string,
): TableBeside {
  const where = `${label}, table ${table.name}`;
  const [then, now] = [structure(backup, table.name), structure(live, table.name)];
  if (table.virtual || then === undefined || now === undefined)
    throw new UserError({
      what: "This table cannot be put back alone; nothing was changed",
      where,
      got: table.virtual ? "a virtual table" : "no such table in the database that serves",
      expected: "an ordinary table that is in both",
      fix: "restore the whole backup, or only beside what serves: --into new",
    });
  const plain = then.columns.filter(({ kind }) => kind === "plain");
  const there = new Set(now.columns.map(({ name }) => fold(name)));
  const lost = plain.filter(({ name }) => !there.has(fold(name)));
  const columns = plain.map(({ name }) => quoted(name));
  const key = then.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .map(({ name }) => columns.indexOf(quoted(name)));
  if (lost.length > 0 || key.length === 0)
    throw new UserError({
      what: "The rows of this table cannot be put back one by one; nothing was changed",
      where,
      got:
        lost.length > 0
          ? `columns that the one that serves has lost: ${lost.map(({ name }) => name).join(", ")}`
          : "no primary key that would tell its rows apart",
      expected: "a table with a primary key, and with the columns that it had",
      fix: "restore it beside what serves (--into new) and copy from there what is meant",
    });
  return { table, columns, key };
}

function structure(schema: readonly SchemaObject[], name: string): ReturnType<typeof readTable> {
  const shadow = openShadow(schema);
  try {
    return readTable(shadow.trusted, name);
  } finally {
    shadow.close();
  }
}

/** Compares the two, row by row; it reads every row of both. */
export async function compared(
  live: Database,
  beside: TableBeside,
  backup: AsyncIterable<Page>,
): Promise<Otherwise> {
  const open = new Map<string, string>();
  for await (const values of rowsOf(backup, beside)) open.set(keyOf(values, beside), values.join(","));
  const changed = new Map<string, readonly string[]>();
  let added = 0;
  for await (const values of rowsOf(pages(live, beside.table), beside)) {
    const key = keyOf(values, beside);
    const was = open.get(key);
    if (was === undefined) added++;
    else if (was !== values.join(",")) changed.set(key, values);
    open.delete(key);
  }
  return { missing: new Set(open.keys()), changed, added };
}

async function* rowsOf(
  from: AsyncIterable<Page>,
  { table, columns }: TableBeside,
): AsyncGenerator<readonly string[]> {
  // The row's number stands first, where it has one.
  const skipped = table.columns.length - columns.length;
  for await (const page of from)
    if (page.table.name === table.name) for (const line of page.rows) yield valuesOf(line).slice(skipped);
}

const keyOf = (values: readonly string[], { key }: TableBeside): string =>
  key.map((at) => values[at]).join(",");

/** What was done. */
export interface PutBack {
  readonly inserted: number;
  readonly replaced: number;
  readonly requests: number;
}

/**
 * Puts rows of a backup into the table that serves: those that it has not, and where `replace` says so the values of those that are otherwise. Each
 * request is one transaction. A row that somebody has put in or changed since it was compared is never overwritten: its request is refused, or leaves it.
 */
export async function putBack(
  live: Database,
  beside: TableBeside,
  otherwise: Otherwise,
  backup: AsyncIterable<Page>,
  replace: boolean,
): Promise<PutBack> {
  const done = { inserted: 0, replaced: 0, requests: 0 };
  let request: string[] = [];
  let size = 0;
  const send = async (): Promise<void> => {
    if (request.length === 0) return;
    const outcome = await live.run(request);
    if (outcome.kind === "refused") throw refused(live.label, beside, outcome.message, done.requests);
    // Done again it would meet its own rows, and say so: nothing is done twice.
    if (outcome.kind !== "done")
      throw unanswered(
        live,
        outcome.kind === "later" ? { kind: "unknown", message: outcome.message } : outcome,
      );
    done.requests++;
    // Behind each statement stands how many rows it changed.
    for (let at = 0; at < request.length; at += 2)
      done[request[at]?.startsWith("INSERT") === true ? "inserted" : "replaced"] += Number(
        outcome.value[at + 1]?.results[0]?.["n"] ?? 0,
      );
    [request, size] = [[], 0];
  };
  for await (const values of rowsOf(backup, beside)) {
    const key = keyOf(values, beside);
    const now = otherwise.changed.get(key);
    const statement = otherwise.missing.has(key)
      ? inserting(beside, values)
      : now !== undefined && replace
        ? updating(beside, values, now)
        : undefined;
    if (statement === undefined) continue;
    const bytes = Buffer.byteLength(statement);
    if (bytes > statementBytes) throw tooLong(live.label, beside, key);
    if (size + bytes > requestBytes) await send();
    request.push(statement, "SELECT changes() AS n");
    size += bytes;
  }
  await send();
  return done;
}

const inserting = ({ table, columns }: TableBeside, values: readonly string[]): string =>
  `INSERT INTO ${quoted(table.name)}(${columns.join(", ")}) VALUES (${unmistakable(values.join(","))})`;

/** Only where the row is still what it was when somebody agreed. */
function updating(
  { table, columns, key }: TableBeside,
  values: readonly string[],
  now: readonly string[],
): string {
  const set = columns.flatMap((column, at) =>
    key.includes(at) || values[at] === now[at] ? [] : [`${column} = ${unmistakable(values[at] ?? "NULL")}`],
  );
  // One comparison: a chain of AND would be too deep for D1.
  return `UPDATE ${quoted(table.name)} SET ${set.join(", ")} WHERE (${columns.join(", ")}) IS (${unmistakable(now.join(","))})`;
}

/** Rows of a table whose parent is not there. */
export async function brokenIn(live: Database, { table }: TableBeside): Promise<number> {
  const [found = []] = await rows(live, [`PRAGMA foreign_key_check(${quoted(table.name)})`]);
  return found.length;
}

function refused(label: string, { table }: TableBeside, got: string, before: number): UserError {
  const isParent = /FOREIGN KEY/i.test(got);
  return new UserError({
    what:
      before === 0
        ? "The rows were refused, and none of them was put in"
        : `Rows were refused after ${before} requests of rows that are in`,
    where: `${label}, table ${table.name}`,
    got,
    expected: isParent
      ? "rows whose parents are in the database that serves"
      : "rows that meet no other one, and a table that nobody has written these rows into since they were counted",
    fix: isParent
      ? "put the table with the parents back first, by the same command"
      : "run it again: it counts anew, and what is in already is not put in twice",
  });
}

const tooLong = (label: string, { table }: TableBeside, key: string): UserError =>
  new UserError({
    what: "A row is too long to be put back by one statement; it and those behind it are not in",
    where: `${label}, table ${table.name}, the row with the key ${key}`,
    got: `more than ${statementBytes} bytes`,
    expected: "a shorter row",
    fix: "restore the table beside what serves (--into new) and copy that row from there",
  });
