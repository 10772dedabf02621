import { z } from "zod";
import { call } from "../../../cloudflare/api.ts";
import type { Connection } from "../../../cloudflare/connection.ts";
import type { SqlSource } from "../../../declare/index.ts";
import { notSingleSelect } from "../../../migrations/sql/single-select.ts";
import type { Read } from "../../gates/reading.ts";
import { type Asked, valueIn } from "./asked.ts";
import { figuresIn } from "./figures-in.ts";

const answer = z.tuple([
  z.object({
    results: z.array(z.record(z.string(), z.unknown())),
    meta: z.object({ rows_read: z.number().nullish() }).nullish(),
  }),
]);

/** Asks a D1 over the query API. Throws ApiError, and Error where the answer is not one row of figures. */
export async function readSql(
  api: Connection,
  databasePath: string,
  { sql, params, reads }: SqlSource,
  asked: Asked,
): Promise<{ readonly read: Read; readonly rowsRead: number }> {
  const wrong = notSingleSelect(sql);
  if (wrong !== undefined) throw new Error(`only one SELECT is sent to a database, got ${wrong}`);
  const [{ results, meta }] = answer.parse(
    await call(api, "POST", `${databasePath}/query`, {
      sql,
      params: params.map((value) => valueIn(value, asked)),
    }),
  );
  if (results.length > 1) throw new Error(`the query answered ${results.length} rows; one is expected`);
  const [row] = results;
  const read: Read =
    row === undefined
      ? { measures: "nothing", reason: "the query answered no row" }
      : figuresIn(reads, (column) => {
          if (!Object.hasOwn(row, column)) throw new Error(`the query answers no column ${column}`);
          return row[column];
        });
  return { read, rowsRead: meta?.rows_read ?? 0 };
}
