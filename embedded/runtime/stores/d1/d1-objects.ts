import { z } from "zod";
import { parsedJson } from "../../../../src/files/json.ts";
import { type D1Page, type D1Result, type D1Statement, SqlError } from "../../stores.ts";
import type { AnswerParts } from "../ask-parts.ts";
import type { StoresProcess } from "../miniflare.ts";

const metaSchema = z.looseObject({ size_after: z.number() });

const answerSchema = z.array(
  z.object({
    results: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) }),
    meta: metaSchema,
  }),
);

const refusalSchema = z.object({ success: z.literal(false), error: z.string() });

interface Inside {
  /** Asked by whoever shut the database. @default false */
  readonly inside?: boolean;
}

/** One request to the database's object: all statements in one transaction, or {@link SqlError} and none. */
export async function runBatch(
  stores: StoresProcess,
  databaseId: string,
  statements: readonly D1Statement[],
  options: Inside = {},
): Promise<readonly D1Result[]> {
  const started = performance.now();
  const { status, parts } = await ask(stores, databaseId, statements, "ROWS_AND_COLUMNS", options);
  const text = Buffer.concat(parts).toString();
  const answer = answerSchema.safeParse(parsedJson(text));
  if (!answer.success) throw refusal(databaseId, status, text);
  // workerd's clock stands still while SQL runs, so the time is taken here and shared out.
  const durationMs = (performance.now() - started) / Math.max(1, answer.data.length);
  return answer.data.map(({ results: { columns, rows }, meta }) => ({
    columns,
    rows,
    results: rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
    meta: metaOf(meta, durationMs),
  }));
}

/** What stands before the rows of a request's only result, and behind them, where no text of anybody's comes any more. */
const [head, behind] = [Buffer.from('[{"success":true,"results":'), Buffer.from(',"meta":')];
/** What comes behind is shorter. */
const endBytes = 4096;

/** The same for one statement, whose rows go by as they are: a page of a backup has half a megabyte of them. */
export async function runOne(
  stores: StoresProcess,
  databaseId: string,
  statement: D1Statement,
): Promise<D1Page> {
  const started = performance.now();
  const { status, parts } = await ask(stores, databaseId, [statement], "ARRAY_OF_OBJECTS", {});
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const first = Buffer.concat(within(parts, 0, head.length));
  const last = Buffer.concat(within(parts, length - endBytes, length));
  const at = last.lastIndexOf(behind);
  const end = length - last.length + at;
  if (!first.equals(head) || at < 0 || end < head.length)
    throw refusal(databaseId, status, Buffer.concat(parts).toString());
  const meta = metaSchema.parse(parsedJson(last.subarray(at + behind.length, -"}]".length).toString()));
  return {
    results: within(parts, head.length, end),
    meta: metaOf(meta, performance.now() - started),
  };
}

/** Some of an answer's bytes, without a copy. */
function within(parts: readonly Buffer[], from: number, to: number): readonly Buffer[] {
  let offset = 0;
  return parts.flatMap((part) => {
    const begin = offset;
    offset += part.length;
    const some = part.subarray(Math.max(0, from - begin), Math.max(0, to - begin));
    return some.length === 0 ? [] : [some];
  });
}

const ask = (
  stores: StoresProcess,
  databaseId: string,
  statements: readonly D1Statement[],
  format: "ROWS_AND_COLUMNS" | "ARRAY_OF_OBJECTS",
  { inside = false }: Inside,
): Promise<AnswerParts> =>
  stores.askDatabase(databaseId, {
    path: `/query?resultsFormat=${format}`,
    inside,
    body: JSON.stringify(statements.map(({ sql, params }) => ({ sql, params }))),
  });

function refusal(databaseId: string, status: number, text: string): Error {
  const refused = refusalSchema.safeParse(parsedJson(text));
  return refused.success
    ? new SqlError(refused.data.error)
    : new Error(`stores: database ${databaseId} answered ${status}: ${text.slice(0, 500)}`);
}

function metaOf(meta: z.infer<typeof metaSchema>, durationMs: number): D1Result["meta"] {
  const duration = round(durationMs);
  return {
    served_by: "embedded",
    served_by_region: "LOCAL",
    served_by_primary: true,
    timings: { sql_duration_ms: duration },
    total_attempts: 1,
    duration,
    changes: meta["changes"],
    last_row_id: meta["last_row_id"],
    changed_db: meta["changed_db"],
    size_after: meta.size_after,
    rows_read: meta["rows_read"],
    rows_written: meta["rows_written"],
  };
}

const round = (ms: number): number => Math.round(ms * 10_000) / 10_000;

/** Size in bytes and the number of tables a user made. */
export async function databaseInfo(
  stores: StoresProcess,
  databaseId: string,
): Promise<{ readonly fileSizeBytes: number; readonly tables: number }> {
  const sql = String.raw`SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_cf\_%' ESCAPE '\'`;
  const [result] = await runBatch(stores, databaseId, [{ sql, params: [] }], { inside: true }); // an import does not keep it from being shown
  const [tables] = z.tuple([z.number()]).parse(result?.rows[0]);
  return { fileSizeBytes: z.number().parse(result?.meta["size_after"]), tables };
}
