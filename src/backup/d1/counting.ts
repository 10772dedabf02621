import { createHash } from "node:crypto";
import { rowids } from "../../migrations/sql/structure.ts";
import { countOf, type Page } from "./pages/page.ts";
import { lastIn } from "./pages/row-bytes.ts";
import type { DumpedTable } from "./tables.ts";
import { valuesOf } from "./values.ts";

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

export interface Counting {
  readonly add: (page: Pick<Page, "rows" | "bytes">) => void;
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
  const numbered = isNumbered({ columns, key });
  return {
    add: (page) => {
      const { bytes } = page;
      if (countOf(page) === 0) return;
      count += countOf(page);
      hash.update(bytes?.lines ?? `${page.rows.join("\n")}\n`);
      last = bytes === undefined ? page.rows.at(-1) : lastIn(bytes);
      if (at < 0 || numbered) return;
      for (const row of page.rows) highest = later(highest, valuesOf(row)[at]);
    },
    end: () => {
      const newest = last === undefined || at < 0 ? undefined : numbered ? valuesOf(last)[at] : highest;
      return { name, rows: count, digest: hash.digest("hex"), newest, newestBy: newest && columns[at] };
    },
  };
}

/** Whether rows are found by their number. */
export const isNumbered = ({ columns, key }: Pick<DumpedTable, "columns" | "key">): boolean =>
  key.length === 1 && key[0] === columns[0] && rowids.includes(key[0] ?? "");

/** The later of two times as SQL: numbers by their size, texts by their letters. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (b === undefined || b === "NULL") return a;
  if (a === undefined) return b;
  const [x, y] = [Number(a), Number(b)];
  return (Number.isNaN(x) || Number.isNaN(y) ? a < b : x < y) ? b : a;
}
