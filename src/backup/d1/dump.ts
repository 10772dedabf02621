import { read } from "../../cloudflare/http.ts";
import { attempts, type Database, unanswered } from "../../migrations/database/database.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { type Counted, type Counting, newCounting } from "./counting.ts";
import { dumpedTables } from "./dumped-tables.ts";
import { type Pace, unpaced } from "./pages/pace.ts";
import type { Page } from "./pages/page.ts";
import { allAtOnce, atOnceBytes, mostAttempts, pages } from "./pages/pages.ts";
import { RowGone } from "./pages/whole-rows.ts";
import { sequences, wholeSchema } from "./schema.ts";
import type { DumpedTable } from "./tables.ts";

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
        counting.get(page.table.name)?.add(page);
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
