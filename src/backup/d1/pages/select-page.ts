import { quoted } from "../../../migrations/sql/structure.ts";
import type { DumpedTable } from "../tables.ts";
import { rowEnd, tooLong } from "./row-bytes.ts";

/** What a page should come to. */
export const pageBytes = 500_000;

/** A value as a literal of the same type and bytes. `quote` ends a text at its first zero. */
const cell = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'text' AND instr(${column}, char(0)) > 0 THEN 'CAST(X''' || hex(${column}) || ''' AS TEXT)' ELSE quote(${column}) END`;

/** One expression for many values: a chain of `||` would be too deep for D1. */
const joined = (expressions: readonly string[]): string => `concat_ws(',', ${expressions.join(", ")})`;

/** Rows that come next, each as one text. */
export function select(table: DumpedTable, after: string | undefined, limit: number | undefined): string {
  const longest = Math.floor(pageBytes / table.columns.length);
  const sizes = table.columns.map((column) => `ifnull(octet_length(${column}), 0)`);
  const line = `CASE WHEN max(0, ${sizes.join(", ")}) <= ${longest} THEN ${joined(table.columns.map(cell))} ELSE '${tooLong}' || ${joined(table.key.map(cell))} END`;
  const from = after === undefined ? "" : ` WHERE (${table.key.join(", ")}) > (${after})`;
  return `SELECT ${line} AS line FROM ${quoted(table.name)}${from} ORDER BY ${table.key.join(", ")}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
}

/** The same as one text: what stands around each row of an answer costs more than a short row. */
export const selectJoined = (table: DumpedTable, after: string | undefined, limit: number): string =>
  `SELECT count(*) AS n, group_concat(line, char(${rowEnd.charCodeAt(0)})) AS joined FROM (${select(table, after, limit)})`;
