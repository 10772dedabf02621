import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../../cloudflare/http.ts";
import type { Database } from "./database.ts";
import { bookmark, type D1Endpoint, type D1Rows, query, queryLong } from "./endpoint.ts";

/** The database over the HTTP API: `/query`, where several statements are one transaction. */
export const queryDatabase = (endpoint: D1Endpoint, label: string): Database => ({
  label,
  run: async (statements) => whole(statements, await query(endpoint, joined(statements))),
  long: (statement, column) => queryLong(endpoint, joined([statement]), column),
  bookmark: () => bookmark(endpoint),
  sleep: async (ms) => void (await sleep(ms)),
});

/** Half an answer is none: a ledger that is missing from it would pass for an empty one. */
export const whole = (
  statements: readonly string[],
  outcome: Outcome<readonly D1Rows[]>,
): Outcome<readonly D1Rows[]> =>
  outcome.kind !== "done" || outcome.value.length === statements.length
    ? outcome
    : {
        kind: "unknown",
        message: `${statements.length} statements were answered with ${outcome.value.length} results`,
      };

/** One text for `/query` and `/import`: each statement ended, on lines of its own. */
export const joined = (statements: readonly string[]): string =>
  statements.map((statement) => `${statement.replace(/;\s*$/, "")};`).join("\n");
