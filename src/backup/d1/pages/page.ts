import type { DumpedTable } from "../tables.ts";
import type { RowBytes } from "./row-bytes.ts";

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

/** What a page has of its rows. */
export type Rows = Pick<Page, "rows" | "bytes">;

/** A page as it is read. */
export interface ReadPage extends Page {
  /** The key of its last row, as SQL: the next page begins behind it. */
  readonly last: string;
}
