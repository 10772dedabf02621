import { quoted } from "../sql/structure.ts";
import type { Question, Severity } from "./rules/rule.ts";

/** From so many rows on it is told that a statement reads all of them: D1 bills each row that is read, each time. */
export const largeTableRows = 1_000;

/** Asked of a live table, at the price of so many rows at most: whether it is large. */
export const isLarge = (table: string, unasked: Severity | undefined): Question => ({
  sql: `SELECT count(*) >= ${largeTableRows} FROM (SELECT 1 FROM ${quoted(table)} LIMIT ${largeTableRows})`,
  unasked,
});
