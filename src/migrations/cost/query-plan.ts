import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const planRows = z.array(z.object({ detail: z.string() }));

/** What `EXPLAIN QUERY PLAN` says of a statement, line by line: for people to read. None for one that does not compile. */
export function queryPlan(db: DatabaseSync, sql: string): readonly string[] {
  try {
    return planRows.parse(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()).map(({ detail }) => detail);
  } catch {
    return [];
  }
}

/** How often it sorts rows because no index has them in order. */
export const sorts = (db: DatabaseSync, sql: string): number =>
  queryPlan(db, sql).filter((line) => line.startsWith("USE TEMP B-TREE")).length;
