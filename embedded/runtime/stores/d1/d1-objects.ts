import { z } from "zod";
import { parsedJson } from "../../../../src/files/json.ts";
import { type D1Result, type D1Statement, SqlError } from "../../stores.ts";
import type { StoresProcess } from "../miniflare.ts";

const answerSchema = z.union([
  z.array(
    z.object({
      results: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) }),
      meta: z.looseObject({ size_after: z.number() }),
    }),
  ),
  z.object({ success: z.literal(false), error: z.string() }),
]);

/** One request to the database's object: all statements in one transaction, or {@link SqlError} and none. */
export async function runBatch(
  stores: StoresProcess,
  databaseId: string,
  statements: readonly D1Statement[],
  { inside = false } = {},
): Promise<readonly D1Result[]> {
  const started = performance.now();
  const response = await stores.ask("D1", databaseId, {
    path: "/query?resultsFormat=ROWS_AND_COLUMNS",
    method: "POST",
    headers: { "content-type": "application/json" },
    inside,
    body: JSON.stringify(statements.map(({ sql, params }) => ({ sql, params }))),
  });
  const text = await response.text();
  const answer = answerSchema.safeParse(parsedJson(text));
  if (!answer.success)
    throw new Error(`stores: database ${databaseId} answered ${response.status}: ${text.slice(0, 500)}`);
  if (!Array.isArray(answer.data)) throw new SqlError(answer.data.error);
  // workerd's clock stands still while SQL runs, so the time is taken here and shared out.
  const durationMs = round((performance.now() - started) / Math.max(1, answer.data.length));
  return answer.data.map(({ results: { columns, rows }, meta }) => ({
    columns,
    rows,
    results: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
    meta: {
      served_by: "embedded",
      served_by_region: "LOCAL",
      served_by_primary: true,
      timings: { sql_duration_ms: durationMs },
      total_attempts: 1,
      duration: durationMs,
      changes: meta["changes"],
      last_row_id: meta["last_row_id"],
      changed_db: meta["changed_db"],
      size_after: meta.size_after,
      rows_read: meta["rows_read"],
      rows_written: meta["rows_written"],
    },
  }));
}

const round = (ms: number): number => Math.round(ms * 10_000) / 10_000;

/** Size in bytes and the number of tables a user made. */
export async function databaseInfo(
  stores: StoresProcess,
  databaseId: string,
): Promise<{ readonly fileSizeBytes: number; readonly tables: number }> {
  const sql = String.raw`SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_cf\_%' ESCAPE '\'`;
  const [result] = await runBatch(stores, databaseId, [{ sql, params: [] }], { inside: true }); // an import does not keep it from being shown
  const { n } = z.object({ n: z.number() }).parse(result?.results[0]);
  return { fileSizeBytes: z.number().parse(result?.meta["size_after"]), tables: n };
}
