import { z } from "zod";
import { read } from "../../cloudflare/http.ts";
import { attempts, type Database, rows, unanswered } from "../../migrations/database/database.ts";
import { literal } from "../../migrations/sql/literals.ts";
import { quoted } from "../../migrations/sql/structure.ts";
import { type Pace, unpaced } from "./pace.ts";
import { lastIn, type RowBytes, rowBytes, rowEnd, rowsIn, tooLong } from "./row-bytes.ts";
import type { DumpedTable } from "./tables.ts";
import { valuesOf } from "./values.ts";

/** Rows as SQL: each is its values in the order of the table's columns, as literals with commas between them. */
export interface Page {
  readonly table: DumpedTable;
  readonly rows: readonly string[];
  /** The same rows in the bytes in which they came: whoever can do with them keeps V8 from making a million strings. @default - they came as strings */
  readonly bytes?: RowBytes;
}

/** How many rows a page has, without a look at one of them. */
export const countOf = (page: Pick<Page, "rows" | "bytes">): number =>
  page.bytes?.lineEnds.length ?? page.rows.length;

/** A page as it is read. */
export interface ReadPage extends Page {
  /** The key of its last row, as SQL: the next page begins behind it. */
  readonly last: string;
}

/** Below this a whole database is read in one request, and so at one moment, whoever writes meanwhile. */
export const atOnceBytes = 4_000_000;
/** How often a database that is written to is read anew before its pages are taken as they are. */
export const mostAttempts = 3;

/** What a page should come to, and what one value of a row may be long before it is read in pieces. */
const pageBytes = 500_000;
const pieceBytes = 250_000;
const mostRows = 20_000;
/** The first page of a table is small: nobody knows yet how long its rows are. */
const firstRows = 20;

/** A value as a literal of the same type and bytes. `quote` ends a text at its first zero. */
const cell = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'text' AND instr(${column}, char(0)) > 0 THEN 'CAST(X''' || hex(${column}) || ''' AS TEXT)' ELSE quote(${column}) END`;

/** One expression for many values: a chain of `||` would be too deep for D1. */
const joined = (expressions: readonly string[]): string => `concat_ws(',', ${expressions.join(", ")})`;

/** Rows that come next, each as one text. */
function select(table: DumpedTable, after: string | undefined, limit: number | undefined): string {
  const longest = Math.floor(pageBytes / table.columns.length);
  const sizes = table.columns.map((column) => `ifnull(octet_length(${column}), 0)`);
  const line = `CASE WHEN max(0, ${sizes.join(", ")}) <= ${longest} THEN ${joined(table.columns.map(cell))} ELSE '${tooLong}' || ${joined(table.key.map(cell))} END`;
  const from = after === undefined ? "" : ` WHERE (${table.key.join(", ")}) > (${after})`;
  return `SELECT ${line} AS line FROM ${quoted(table.name)}${from} ORDER BY ${table.key.join(", ")}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
}

/** The same as one text: what stands around each row of an answer costs more than a short row. */
const selectJoined = (table: DumpedTable, after: string | undefined, limit: number): string =>
  `SELECT count(*) AS n, group_concat(line, char(${rowEnd.charCodeAt(0)})) AS joined FROM (${select(table, after, limit)})`;

/**
 * A table's rows, page by page, in the order of its key: each page is one request, and of one moment. The next one is asked for while this one is
 * worked on.
 * @param behind the key of the row that the first page begins behind, as SQL; without it at the first row
 */
export async function* pages(
  database: Database,
  table: DumpedTable,
  pace: Pace = unpaced,
  behind?: string,
): AsyncGenerator<ReadPage> {
  const asked = async (after: string | undefined, rowsWanted: number): ReturnType<typeof ask> => {
    await pace.turn();
    return ask(database, table, after, rowsWanted);
  };
  let limit = Math.min(firstRows, pace.mostRows);
  let next = asked(behind, limit);
  for (;;) {
    const { answer, limit: wanted } = await next;
    const count = countOf(answer);
    pace.count(count);
    const page = await wholeRows(database, table, answer);
    const isLast = count < wanted;
    const last = count === 0 ? undefined : keyOf(table, lastOf(answer));
    if (!isLast && last !== undefined) {
      const ofRow = (page.bytes?.json.length ?? lengthOf(page.rows)) / count;
      limit = Math.max(
        1,
        Math.min(mostRows, pace.mostRows, wanted * 8, Math.ceil(pageBytes / Math.max(1, ofRow))),
      );
      next = asked(last, limit);
      // Whoever takes no more pages hears no more of this one; whoever does, hears it at `await`.
      next.catch(() => {});
    }
    if (last !== undefined) yield Object.assign(page, { table, last });
    if (isLast) return;
  }
}

const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length, 0);
const lastOf = (page: Rows): string =>
  (page.bytes === undefined ? page.rows.at(-1) : lastIn(page.bytes)) ?? "";

/** Rows that become strings once somebody looks at them. */
function lazyRows(bytes: RowBytes): Rows {
  let strings: readonly string[] | undefined;
  return {
    bytes,
    get rows() {
      strings ??= rowsIn(bytes);
      return strings;
    },
  };
}

type Rows = Pick<Page, "rows" | "bytes">;

const joinedShape = z.tuple([z.object({ n: z.number(), joined: z.string().nullable() })]);

/** One page, of as many rows as D1 would give at once. */
async function ask(
  database: Database,
  table: DumpedTable,
  after: string | undefined,
  limit: number,
): Promise<{ readonly answer: Rows; readonly limit: number }> {
  const sql = selectJoined(table, after, limit);
  const outcome = await read(() => askLong(database, sql), attempts, database.sleep);
  if (outcome.kind === "refused" && tooBig.test(outcome.message)) {
    if (limit > 1) return ask(database, table, after, Math.max(1, Math.floor(limit / 8)));
  } else if (outcome.kind === "done") {
    const [{ n, joined }] = joinedShape.parse(outcome.value.answer[0]?.results);
    const answer = joinedRows(joined, outcome.value.long);
    if (countOf(answer) === n) return { answer, limit };
  } else throw unanswered(database, outcome);
  // Its sign is in one of the values, too.
  const [lines = []] = await rows(database, [select(table, after, limit)]);
  return { answer: { rows: lines.map(lineIn) }, limit };
}

async function askLong(database: Database, sql: string): ReturnType<NonNullable<Database["long"]>> {
  if (database.long !== undefined) return database.long(sql, "joined");
  const outcome = await database.run([sql]);
  return outcome.kind === "done"
    ? { kind: "done", value: { answer: outcome.value, long: undefined } }
    : outcome;
}

function joinedRows(text: string | null, long: Buffer | undefined): Rows {
  const bytes = long && rowBytes(long);
  if (bytes !== undefined) return lazyRows(bytes);
  const joined = long === undefined ? text : z.string().parse(JSON.parse(`"${long.toString()}"`));
  return { rows: joined === null ? [] : joined.split(rowEnd) };
}

/** D1 takes no value of more than 2 MB, and so many rows were longer than those before them. */
const tooBig = /too big/i;

function lineIn({ line }: Readonly<Record<string, unknown>>): string {
  if (typeof line === "string") return line;
  throw new Error(`D1 answered a row without its line: ${String(line)}`);
}

/** The key of a row, as SQL: it is among its values. */
function keyOf({ columns, key }: DumpedTable, line: string): string {
  if (line.startsWith(tooLong)) return line.slice(tooLong.length);
  const values = valuesOf(line);
  return key.map((column) => values[columns.indexOf(column)]).join(",");
}

/** All rows of all tables in one request, and so of one moment: for a small database. Undefined where a row is too long for that. */
export async function allAtOnce(
  database: Database,
  tables: readonly DumpedTable[],
  pace: Pace = unpaced,
): Promise<readonly Page[] | undefined> {
  if (tables.length === 0) return [];
  await pace.turn();
  const answers = await rows(
    database,
    tables.map((table) => select(table, undefined, undefined)),
  );
  pace.count(answers.reduce((sum, answer) => sum + answer.length, 0));
  const read: Page[] = [];
  for (const [i, table] of tables.entries()) {
    const lines = (answers[i] ?? []).map(lineIn);
    if (lines.some(isIncomplete)) return undefined;
    if (lines.length > 0) read.push({ table, rows: lines });
  }
  return read;
}

/** JSON has this sign where a text was no UTF-8; or where the text has it itself. */
const isIncomplete = (line: string): boolean => line.startsWith(tooLong) || line.includes("\uFFFD");

async function wholeRows(database: Database, table: DumpedTable, page: Rows): Promise<Rows> {
  if (page.bytes !== undefined || !page.rows.some(isIncomplete)) return page;
  const lines: string[] = [];
  for (const line of page.rows)
    lines.push(isIncomplete(line) ? await inPieces(database, table, keyOf(table, line)) : line);
  return { rows: lines };
}

const shape = z.array(z.object({ t: z.string(), n: z.number(), q: z.string().nullable() }));
const piece = z.array(z.object({ h: z.string() }));

/** One row, value by value, in hexadecimal pieces. */
async function inPieces(database: Database, table: DumpedTable, key: string): Promise<string> {
  const at = `FROM ${quoted(table.name)} WHERE (${table.key.join(", ")}) = (${key})`;
  const one = async (sql: string) => (await rows(database, [sql]))[0];
  const values: string[] = [];
  for (const column of table.columns) {
    const [{ t, n, q } = gone(table, key)] = shape.parse(
      await one(
        `SELECT typeof(${column}) AS t, ifnull(octet_length(${column}), 0) AS n, CASE WHEN typeof(${column}) IN ('text', 'blob') THEN NULL ELSE quote(${column}) END AS q ${at}`,
      ),
    );
    if (q !== null) {
      values.push(q);
      continue;
    }
    let hex = "";
    for (let from = 1; from <= n; from += pieceBytes) {
      const sql = `SELECT hex(substr(CAST(${column} AS BLOB), ${from}, ${pieceBytes})) AS h ${at}`;
      hex += (piece.parse(await one(sql))[0] ?? gone(table, key)).h;
    }
    values.push(t === "blob" ? `X'${hex}'` : `CAST(X'${hex}' AS TEXT)`);
  }
  return values.join(",");
}

/** It was read a moment ago. Thrown, so that the run begins anew. */
function gone(table: DumpedTable, key: string): never {
  throw new RowGone(`a row of ${table.name} went while it was read: ${literal(key)}`);
}

export class RowGone extends Error {}
