import { z } from "zod";
import { type Database, rows } from "../../../migrations/database/database.ts";
import { literal } from "../../../migrations/sql/literals.ts";
import { quoted } from "../../../migrations/sql/structure.ts";
import type { DumpedTable } from "../tables.ts";
import { valuesOf } from "../values.ts";
import type { Rows } from "./page.ts";
import { tooLong } from "./row-bytes.ts";

/** What one value of a row may be long before it is read in pieces. */
const pieceBytes = 250_000;

/** JSON has this sign where a text was no UTF-8; or where the text has it itself. */
export const isIncomplete = (line: string): boolean => line.startsWith(tooLong) || line.includes("\uFFFD");

/** The same rows, those that did not come whole read value by value. */
export async function wholeRows(database: Database, table: DumpedTable, page: Rows): Promise<Rows> {
  if (page.bytes !== undefined || !page.rows.some(isIncomplete)) return page;
  const lines: string[] = [];
  for (const line of page.rows)
    lines.push(isIncomplete(line) ? await inPieces(database, table, keyOf(table, line)) : line);
  return { rows: lines };
}

/** The key of a row, as SQL: it is among its values. */
export function keyOf({ columns, key }: DumpedTable, line: string): string {
  if (line.startsWith(tooLong)) return line.slice(tooLong.length);
  const values = valuesOf(line);
  return key.map((column) => values[columns.indexOf(column)]).join(",");
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
