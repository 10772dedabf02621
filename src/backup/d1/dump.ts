import { createHash } from "node:crypto";
import { read } from "../../cloudflare/http.ts";
import { attempts, type Database, unanswered } from "../../migrations/database/database.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { rowids } from "../../migrations/sql/structure.ts";
import { type Pace, unpaced } from "./pace.ts";
import { allAtOnce, type Page, pages, RowGone } from "./pages.ts";
import { sequences, wholeSchema } from "./schema.ts";
import { type DumpedTable, dumpedTables } from "./tables.ts";
import { valuesOf } from "./values.ts";

/** What was read of a database, behind its rows. */
export interface Dump {
  readonly schema: readonly SchemaObject[];
  readonly tables: readonly DumpedTable[];
  readonly sequences: Readonly<Record<string, string>>;
  readonly consistency: "oneRequest" | "unchanged" | "spread";
  readonly bookmarkBefore: string;
  readonly bookmarkAfter: string;
  readonly counted: readonly Counted[];
}

/** A table's rows, gone through once. */
export interface Counted {
  readonly name: string;
  readonly rows: number;
  /** sha256 over its rows, a line each. */
  readonly digest: string;
  /** The time in its newest row, as SQL, and the column that has it. */
  readonly newest: string | undefined;
  readonly newestBy: string | undefined;
}

/** Below this a whole database is read in one request, and so at one moment, whoever writes meanwhile. */
export const atOnceBytes = 4_000_000;
/** How often a database that is written to is read anew before its pages are taken as they are. */
export const mostAttempts = 3;

/**
 * Reads a database, giving its rows to `take`, which gets them anew where the first reading was of no one moment.
 * @param sizeBytes of its file: a large one is read in pages
 */
export async function dump(
  database: Database,
  sizeBytes: number,
  take: (pages: AsyncIterable<Page>) => Promise<void>,
  pace: Pace = unpaced,
): Promise<Dump> {
  for (let attempt = 1; ; attempt++) {
    const bookmarkBefore = await bookmarkOf(database);
    const schema = await wholeSchema(database);
    const tables = dumpedTables(database.label, schema);
    const readable = tables.filter(({ content }) => content.kind === "rows");
    const counting = new Map<string, Counting>(readable.map((table) => [table.name, newCounting(table)]));
    let consistency: Dump["consistency"] = "unchanged";
    const source = async function* (): AsyncGenerator<Page> {
      const whole = sizeBytes > atOnceBytes ? undefined : await allAtOnce(database, readable, pace);
      if (whole !== undefined) consistency = "oneRequest";
      for await (const page of whole ?? inTurn(database, readable, pace)) {
        counting.get(page.table.name)?.add(page.rows);
        yield page;
      }
    };
    try {
      await take(source());
    } catch (error) {
      if (error instanceof RowGone && attempt < mostAttempts) continue;
      throw error;
    }
    const counters = await sequences(database, schema);
    const bookmarkAfter = await bookmarkOf(database);
    const changed = bookmarkAfter !== bookmarkBefore;
    if (changed && consistency === "unchanged" && attempt < mostAttempts) continue;
    return {
      schema,
      tables,
      sequences: counters,
      consistency: changed && consistency === "unchanged" ? "spread" : consistency,
      bookmarkBefore,
      bookmarkAfter,
      counted: readable.flatMap(({ name }) => counting.get(name)?.end() ?? []),
    };
  }
}

async function* inTurn(database: Database, tables: readonly DumpedTable[], pace: Pace): AsyncGenerator<Page> {
  for (const table of tables) yield* pages(database, table, pace);
}

/** Where a database is: another one after anything was written. */
export async function bookmarkOf(database: Database): Promise<string> {
  const outcome = await read(() => database.bookmark(), attempts, database.sleep);
  if (outcome.kind === "done") return outcome.value;
  throw unanswered(database, outcome);
}

interface Counting {
  readonly add: (rows: readonly string[]) => void;
  readonly end: () => Counted;
}

/** Columns that say when a row was made. */
const time =
  /^"?(?:\w*_)?(?:created|updated|modified|inserted|applied)(?:_?at|_?on)?"?$|^"?(?:time|timestamp|at|date)"?$/i;

/**
 * Counts rows and makes their digest as they come by. The newest row is the last one where rows come in the order of their numbers; otherwise the one with
 * the highest time.
 */
export function newCounting({ name, columns, key }: Pick<DumpedTable, "name" | "columns" | "key">): Counting {
  const hash = createHash("sha256");
  let count = 0;
  let last: string | undefined;
  let highest: string | undefined;
  const at = columns.findIndex((column) => time.test(column));
  const numbered = key.length === 1 && key[0] === columns[0] && rowids.includes(key[0] ?? "");
  return {
    add: (rows) => {
      if (rows.length > 0) hash.update(`${rows.join("\n")}\n`);
      count += rows.length;
      last = rows.at(-1) ?? last;
      if (at < 0 || numbered) return;
      for (const row of rows) highest = later(highest, valuesOf(row)[at]);
    },
    end: () => {
      const newest = last === undefined || at < 0 ? undefined : numbered ? valuesOf(last)[at] : highest;
      return { name, rows: count, digest: hash.digest("hex"), newest, newestBy: newest && columns[at] };
    },
  };
}

/** The later of two times as SQL: numbers by their size, texts by their letters. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (b === undefined || b === "NULL") return a;
  if (a === undefined) return b;
  const [x, y] = [Number(a), Number(b)];
  return (Number.isNaN(x) || Number.isNaN(y) ? a < b : x < y) ? b : a;
}
