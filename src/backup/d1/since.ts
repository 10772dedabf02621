import type { Database } from "../../migrations/database/database.ts";
import type { Page } from "./pages/page.ts";
import { pages } from "./pages/pages.ts";
import type { DumpedTable } from "./tables.ts";
import { valuesOf } from "./values.ts";

/** What a database has otherwise than a backup: what going back to it would lose. */
export interface Since {
  readonly table: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/**
 * Counts what was written into a live database since its backup, table by table; it reads every row of it once. Rows are known by their number; where a
 * table has none, by its key, and then each of its rows is remembered as it comes.
 */
export async function writtenSince(
  live: Database,
  tables: readonly DumpedTable[],
  backup: AsyncIterable<Page>,
  isThere: (table: string) => boolean,
): Promise<readonly Since[]> {
  const found: Since[] = [];
  const wanted = rowsOf(backup);
  let next = await wanted.next();
  for (const table of tables.filter(({ content }) => content.kind === "rows")) {
    const tally = newTally(table);
    while (next.done !== true && next.value.table === table.name) {
      tally.before(next.value.row);
      next = await wanted.next();
    }
    if (isThere(table.name))
      for await (const page of pages(live, table)) for (const row of page.rows) tally.now(row);
    const counts = tally.end();
    if (counts.added + counts.changed + counts.removed > 0) found.push({ table: table.name, ...counts });
  }
  return found;
}

async function* rowsOf(
  from: AsyncIterable<Page>,
): AsyncGenerator<{ readonly table: string; readonly row: string }> {
  for await (const { table, rows } of from) for (const row of rows) yield { table: table.name, row };
}

interface Tally {
  readonly before: (row: string) => void;
  readonly now: (row: string) => void;
  readonly end: () => Omit<Since, "table">;
}

/** A row's key and a short digest of the rest: of a million rows some tens of megabytes. */
function newTally({ columns, key }: DumpedTable): Tally {
  const places = key.map((name) => columns.indexOf(name));
  const keyOf = (row: string): string => {
    const values = valuesOf(row);
    return places.map((place) => values[place]).join(",");
  };
  const rows = new Map<string, number>();
  let added = 0;
  let changed = 0;
  return {
    before: (row) => void rows.set(keyOf(row), digest(row)),
    now: (row) => {
      const at = keyOf(row);
      const was = rows.get(at);
      if (was === undefined) added++;
      else if (was !== digest(row)) changed++;
      rows.delete(at);
    },
    end: () => ({ added, changed, removed: rows.size }),
  };
}

/** 53 bits of FNV, in two halves: for a count that a person reads, not for a proof. */
function digest(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** `dome/silo, table a: 3 rows written, 1 changed, 2 deleted` */
export const sinceText = (of: string, { table, added, changed, removed }: Since): string =>
  `${of}, table ${table}: ${added} ${added === 1 ? "row" : "rows"} written, ${changed} changed, ${removed} deleted`;
