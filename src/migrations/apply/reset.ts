import { z } from "zod";
import { rows } from "../database/database.ts";
import { databaseOf, type Job } from "../plan/job.ts";
import { initialKey } from "../plan/plan.ts";
import { locked } from "../protocol/locked.ts";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { literal } from "../sql/literals.ts";
import { type SchemaObject, schemaGuards } from "../sql/schema-guard.ts";
import { quoted } from "../sql/structure.ts";
import { isVirtualTable, virtualParts } from "../sql/virtual-tables.ts";
import { audit, type Decision } from "./decision.ts";

/** What a database holds. */
export interface Holding {
  readonly tables: number;
  readonly rows: number;
}

const counted = z.object({ n: z.number() });

/** Counts every row of a live database; those that search tables keep for themselves are theirs. */
export async function holding(job: Job, schema: readonly SchemaObject[]): Promise<Holding> {
  const tables = ownTables(schema);
  if (tables.length === 0) return { tables: 0, rows: 0 };
  const counts = await rows(
    databaseOf(job),
    tables.map(({ name }) => `SELECT count(*) AS n FROM ${quoted(name)}`),
  );
  return {
    tables: tables.length,
    rows: counts.reduce((sum, [row]) => sum + counted.parse(row).n, 0),
  };
}

/**
 * Empties a database: every object of it, and what Lockstep keeps of its past, in one request under the lease. Its stage and what
 * people decided stay written in it.
 * @param schema what was looked at: where it is another by then, nothing is dropped
 */
export async function empty(
  job: Job,
  schema: readonly SchemaObject[],
  held: Holding,
  decision: Decision,
): Promise<void> {
  const names = (type: string): readonly string[] =>
    schema.filter((object) => object.type === type).map(({ name }) => name);
  // A search table takes its own tables with it.
  const tables = ownTables(schema).toSorted((a, b) => Number(isVirtualTable(b)) - Number(isVirtualTable(a)));
  await locked(databaseOf(job), decision.actor, (fence) => [
    fence,
    ...schemaGuards(schema),
    // Rows that refer to what is dropped before them are dropped themselves.
    "PRAGMA defer_foreign_keys = ON",
    ...names("trigger").map((name) => `DROP TRIGGER ${quoted(name)}`),
    ...names("view").map((name) => `DROP VIEW ${quoted(name)}`),
    ...tables.map(({ name }) => `DROP TABLE ${quoted(name)}`),
    // Also where it was another tool's.
    `DROP TABLE "d1_migrations"`,
    ledgerTable,
    `DROP TABLE IF EXISTS "__drizzle_migrations"`,
    `DELETE FROM "_mig_log"`,
    `DELETE FROM "_mig_seeds"`,
    `DELETE FROM "_mig_meta" WHERE k = ${literal(initialKey)}`,
    audit("reset", job.label, decision, `${held.rows} rows of ${held.tables} tables dropped`),
  ]);
}

function ownTables(schema: readonly SchemaObject[]): readonly SchemaObject[] {
  const parts = new Set(virtualParts(schema));
  return schema.filter(({ type, name }) => type === "table" && !parts.has(name));
}
