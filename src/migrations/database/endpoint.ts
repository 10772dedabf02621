import { z } from "zod";
import { type Api, callApi, callForLongText, type Outcome } from "../../cloudflare/http.ts";

/** Where a D1 database answers. */
export interface D1Endpoint extends Api {
  readonly accountId: string;
  readonly databaseId: string;
}

/** One statement's answer. */
export interface D1Rows {
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Looked at and left as they are: a page of a backup has thousands of rows. */
const records = z.custom<readonly Readonly<Record<string, unknown>>[]>(
  (value) => Array.isArray(value) && value.every(isRecord),
  "expected rows, each an object",
);
const isRecord = (row: unknown): boolean => typeof row === "object" && row !== null && !Array.isArray(row);

const rows = z.array(
  z.object({
    results: records.default([]),
    success: z.boolean().default(true),
    meta: z.record(z.string(), z.unknown()).default({}),
  }),
);

/** Sends one `/query`: all its statements are one transaction on D1. */
export async function query(endpoint: D1Endpoint, sql: string): Promise<Outcome<readonly D1Rows[]>> {
  return rowsIn(await request(endpoint, "POST", "/query", { sql }));
}

/** Sends one `/query` whose first row has one long text, which comes beside the rows, escaped as JSON has it. */
export async function queryLong(
  endpoint: D1Endpoint,
  sql: string,
  name: string,
): Promise<Outcome<{ readonly answer: readonly D1Rows[]; readonly long: Buffer | undefined }>> {
  const path = `${addressOf(endpoint)}/query`;
  const { outcome, long } = await callForLongText(endpoint, "POST", path, { sql }, name);
  const found = rowsIn(outcome);
  return found.kind === "done" ? { kind: "done", value: { answer: found.value, long } } : found;
}

function rowsIn(outcome: Outcome<unknown>): Outcome<readonly D1Rows[]> {
  if (outcome.kind !== "done") return outcome;
  const parsed = rows.safeParse(outcome.value);
  if (!parsed.success)
    return {
      kind: "unknown",
      message: `the answer of /query has an unknown shape: ${z.prettifyError(parsed.error)}`,
    };
  if (parsed.data.some(({ success }) => !success))
    return { kind: "unknown", message: "/query succeeded, and one of its statements did not" };
  return { kind: "done", value: parsed.data };
}

const bookmarkAnswer = z.object({ bookmark: z.string().min(1) });

/** The Time Travel bookmark of this moment. */
export async function bookmark(endpoint: D1Endpoint): Promise<Outcome<string>> {
  const outcome = await request(endpoint, "GET", "/time_travel/bookmark", undefined);
  if (outcome.kind !== "done") return outcome;
  const parsed = bookmarkAnswer.safeParse(outcome.value);
  if (!parsed.success)
    return { kind: "unknown", message: "the answer of /time_travel/bookmark has no bookmark" };
  return { kind: "done", value: parsed.data.bookmark };
}

/** One call below the database's address, its answer classified. */
export const request = (
  endpoint: D1Endpoint,
  method: "GET" | "POST",
  path: string,
  body: object | undefined,
): Promise<Outcome<unknown>> => callApi(endpoint, method, `${addressOf(endpoint)}${path}`, body);

const addressOf = ({ accountId, databaseId }: D1Endpoint): string =>
  `/accounts/${encodeURIComponent(accountId)}/d1/database/${encodeURIComponent(databaseId)}`;
