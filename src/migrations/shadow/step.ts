import type { Statement } from "../files/reading.ts";
import type { Action } from "../sql/action.ts";
import type { Token } from "../sql/tokens.ts";
import type { Event } from "./authorizer.ts";
import type { Catalog } from "./catalog.ts";
import type { Copy } from "./copy.ts";
import type { Rows } from "./row-flow.ts";

/** One statement of a file, carried out on the shadow. */
export interface Step {
  readonly index: number;
  readonly statement: Statement;
  readonly action: Action;
  readonly tokens: readonly Token[];
  readonly events: readonly Event[];
  /** What failed on an empty database; the file cannot be applied anywhere. */
  readonly error: string | undefined;
  /** True when the error is D1's own refusal. */
  readonly refused: boolean;
  /** What failed on a database with rows, and only there. */
  readonly errorWithRows: string | undefined;
  /** What failed whatever the shadow holds, but depends on the rows of the live database: a foreign key, a sum that is asserted. */
  readonly errorByRows: string | undefined;
  /** What it copies from table to table. */
  readonly copy: Copy | undefined;
  /** Names in double quotes that are no columns, so that SQLite takes them for text. */
  readonly quotedTexts: readonly string[];
  readonly before: Catalog;
  readonly after: Catalog;
  /** Where rows are before the statement. */
  readonly rows: Rows;
  /** Whether `table` holds rows, before the statement, that were there before what is pending. */
  readonly holds: (table: string) => boolean;
}
