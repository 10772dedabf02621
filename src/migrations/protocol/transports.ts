import { setTimeout as sleep } from "node:timers/promises";
import { bookmark, type D1Endpoint, query } from "../endpoint.ts";
import type { Database } from "./database.ts";

/** The database over the HTTP API: `/query`, where several statements are one transaction. */
export const queryDatabase = (endpoint: D1Endpoint, label: string): Database => ({
  label,
  run: (statements) => query(endpoint, joined(statements)),
  bookmark: () => bookmark(endpoint),
  sleep: async (ms) => void (await sleep(ms)),
});

/** One text for `/query` and `/import`: each statement ended, on lines of its own. */
export const joined = (statements: readonly string[]): string =>
  statements.map((statement) => `${statement.replace(/;\s*$/, "")};`).join("\n");
