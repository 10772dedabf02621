import { z } from "zod";
import { type Database, rows } from "../database/database.ts";
import { largeTableRows } from "../lint/large-table.ts";
import { fold, quoted, rowids, type Table } from "../sql/structure.ts";
import type { Statistic } from "./statistics.ts";

/** How many rows a live table has: exactly while it is small; of a large one no more is read than says that it is. */
export type RowCount =
  | { readonly kind: "exact"; readonly rows: number }
  /** By the numbers of its rows: where the last one is, and how many of the first numbers are taken. */
  | { readonly kind: "about"; readonly rows: number }
  /** Of a table whose rows have no numbers. */
  | { readonly kind: "atLeast"; readonly rows: number };

const sampled = z.object({
  first: z.number().nullable().optional(),
  last: z.number().nullable().optional(),
  counted: z.number(),
  reached: z.number().nullable().optional(),
});

/**
 * Counts the rows of live tables in one request, which reads 1,002 rows a table at most: a `count(*)` would be billed for all of them.
 * @param statistics the database's own
 */
export async function countRows(
  database: Database,
  tables: readonly Table[],
  statistics: readonly Statistic[],
): Promise<ReadonlyMap<string, RowCount>> {
  if (tables.length === 0) return new Map();
  const answers = await rows(database, tables.map(question));
  return new Map(
    tables.map((table, i) => [fold(table.name), estimate(table, sampled.parse(answers[i]?.[0]), statistics)]),
  );
}

/** `max` and `min` in one SELECT would go through the whole table; each alone reads one row. */
function question(table: Table): string {
  const name = quoted(table.name);
  const number = numberOf(table);
  if (number === undefined)
    return `SELECT count(*) AS counted FROM (SELECT 1 FROM ${name} LIMIT ${largeTableRows})`;
  return `SELECT (SELECT min(${number}) FROM ${name}) AS first, (SELECT max(${number}) FROM ${name}) AS last, count(*) AS counted, max(n) AS reached FROM (SELECT ${number} AS n FROM ${name} ORDER BY ${number} LIMIT ${largeTableRows})`;
}

/** What SQLite calls the number of this table's rows; undefined where they have none, or columns took all its names. */
const numberOf = ({ withoutRowid, columns }: Table): string | undefined =>
  withoutRowid ? undefined : rowids.find((name) => !columns.some((column) => fold(column.name) === name));

function estimate(
  { name }: Table,
  { first, last, counted, reached }: z.infer<typeof sampled>,
  statistics: readonly Statistic[],
): RowCount {
  if (counted < largeTableRows) return { kind: "exact", rows: counted };
  if (typeof first === "number" && typeof last === "number" && typeof reached === "number") {
    const density = counted / (reached - first + 1);
    return { kind: "about", rows: Math.max(counted, Math.round((last - first + 1) * density)) };
  }
  const analysed = statistics
    .filter(({ table }) => fold(table) === fold(name))
    .map(({ stat }) => Number.parseInt(stat, 10))
    .filter((rows) => rows > counted);
  return analysed.length === 0
    ? { kind: "atLeast", rows: counted }
    : { kind: "about", rows: Math.max(...analysed) };
}

export const isLargeCount = ({ rows: count }: RowCount): boolean => count >= largeTableRows;

/** `412`, `about 48,200`, `1,000 or more`. */
export function countText({ kind, rows: count }: RowCount): string {
  switch (kind) {
    case "exact":
      return count.toLocaleString("en");
    case "about":
      return `about ${Number(count.toPrecision(3)).toLocaleString("en")}`;
    case "atLeast":
      return `${count.toLocaleString("en")} or more`;
    default:
      return kind satisfies never;
  }
}
