import { z } from "zod";
import { read } from "../../../cloudflare/http.ts";
import { attempts, type Database, rows, unanswered } from "../../../migrations/database/database.ts";
import type { DumpedTable } from "../tables.ts";
import { type Pace, unpaced } from "./pace.ts";
import { countOf, type Page, type ReadPage, type Rows } from "./page.ts";
import { lastIn, type RowBytes, rowBytes, rowEnd, rowsIn } from "./row-bytes.ts";
import { pageBytes, select, selectJoined } from "./select-page.ts";
import { isIncomplete, keyOf, wholeRows } from "./whole-rows.ts";

/** Below this a whole database is read in one request, and so at one moment, whoever writes meanwhile. */
export const atOnceBytes = 4_000_000;
/** How often a database that is written to is read anew before its pages are taken as they are. */
export const mostAttempts = 3;

const mostRows = 20_000;
/** The first page of a table is small: nobody knows yet how long its rows are. */
const firstRows = 20;

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
