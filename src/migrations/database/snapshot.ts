import { z } from "zod";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { readSchema, type SchemaObject, schemaObjects } from "../sql/schema-guard.ts";
import { normalised } from "../sql/tokens.ts";
import { type Database, rows } from "./database.ts";

/** Who keeps the database's list of applied files. */
export type LedgerKind = "none" | "wrangler" | "alchemy" | "unknown";

/** One applied file as Lockstep logged it. */
export interface LogEntry {
  readonly name: string;
  /** `sha256:…`; `adopted:sha256:…` when another tool had applied it. */
  readonly checksum: string;
  readonly chain: string;
  readonly phase: string;
  /** Fingerprint of the schema that it left. */
  readonly schemaAfter: string | undefined;
  /** When, by the database's clock, in milliseconds since 1970. @default - not known */
  readonly appliedAtMs?: number;
}

/** Everything a plan needs to know of a database, read at one moment. */
export interface DatabaseSnapshot {
  /** Without system objects and the tables of tools that migrate. */
  readonly schema: readonly SchemaObject[];
  readonly ledgerKind: LedgerKind;
  /** Names in the order in which they were applied. */
  readonly ledger: readonly string[];
  readonly log: readonly LogEntry[];
  /** drizzle's own table, by its checksums of files, in order; undefined when there is none. */
  readonly drizzle: readonly string[] | undefined;
  /** Facts that Lockstep keeps about the database. */
  readonly meta: ReadonlyMap<string, string>;
}

/** A database that nothing was done to yet. */
export const emptySnapshot: DatabaseSnapshot = {
  schema: [],
  ledgerKind: "none",
  ledger: [],
  log: [],
  drizzle: undefined,
  meta: new Map(),
};

const tableNames = z.array(z.object({ name: z.string(), sql: z.string().nullable() }));
const text = z.string().nullable();
const logRows = z.array(
  z.object({
    name: z.string(),
    checksum: z.string(),
    chain: z.string(),
    phase: z.string(),
    schema_after: text,
    applied_at: z.string(),
  }),
);
const nameRows = z.array(z.object({ name: z.string() }));
const hashRows = z.array(z.object({ hash: z.string() }));
const metaRows = z.array(z.object({ k: z.string(), v: z.string() }));

const which = `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name IN ('d1_migrations', '_mig_log', '_mig_meta', '__drizzle_migrations')`;
const ledgerOf = 'SELECT name FROM "d1_migrations" ORDER BY id';
const ledgerByTime = 'SELECT name FROM "d1_migrations" ORDER BY applied_at, name';
const logOf = 'SELECT name, checksum, chain, phase, schema_after, applied_at FROM "_mig_log"';
const metaOf = 'SELECT k, v FROM "_mig_meta"';
const drizzleOf = 'SELECT hash FROM "__drizzle_migrations" ORDER BY created_at';

/**
 * Reads a database as it is at one moment. Usually one request; a second one where Lockstep was never at work, because a
 * SELECT from a table that is not there fails as a whole.
 */
export async function readSnapshot(database: Database): Promise<DatabaseSnapshot> {
  const usual = await database.run([which, readSchema, ledgerOf, logOf, metaOf]);
  if (usual.kind === "done") {
    const [tables, schema, ledger, log, meta] = usual.value.map((answer) => answer.results);
    const found = tablesOf(tables);
    if (!found.has("__drizzle_migrations") && kindOf(found) === "wrangler")
      return snapshot(found, schema, ledger, log, meta, undefined);
  }
  const [first] = await rows(database, [which]);
  const found = tablesOf(first);
  const ask = (table: string, sql: string): string => (found.has(table) ? sql : "SELECT 1 WHERE 0");
  const ledgerSql = kindOf(found) === "alchemy" ? ledgerByTime : ledgerOf;
  const [schema, ledger, log, meta, drizzle] = await rows(database, [
    readSchema,
    ask("d1_migrations", ledgerSql),
    ask("_mig_log", logOf),
    ask("_mig_meta", metaOf),
    ask("__drizzle_migrations", drizzleOf),
  ]);
  return snapshot(
    found,
    schema,
    ledger,
    log,
    meta,
    found.has("__drizzle_migrations") ? hashRows.parse(drizzle).map(({ hash }) => hash) : undefined,
  );
}

type Rows = readonly Readonly<Record<string, unknown>>[] | undefined;

const tablesOf = (answer: Rows): ReadonlyMap<string, string> =>
  new Map(tableNames.parse(answer).map(({ name, sql }) => [name, sql ?? ""]));

function kindOf(found: ReadonlyMap<string, string>): LedgerKind {
  const sql = found.get("d1_migrations");
  if (sql === undefined) return "none";
  const columns = normalised(sql.slice(sql.indexOf("(")));
  if (columns === normalised(ledgerTable.slice(ledgerTable.indexOf("(")).replace(";", ""))) return "wrangler";
  return /^\( id text primary key\b.*\bname text\b/.test(columns) ? "alchemy" : "unknown";
}

function snapshot(
  found: ReadonlyMap<string, string>,
  schema: Rows,
  ledger: Rows,
  log: Rows,
  meta: Rows,
  drizzle: readonly string[] | undefined,
): DatabaseSnapshot {
  return {
    schema: schemaObjects(schema ?? []),
    ledgerKind: kindOf(found),
    ledger: nameRows.parse(ledger).map(({ name }) => name),
    log: logRows.parse(log).map(({ schema_after: schemaAfter, applied_at: at, ...entry }) => ({
      ...entry,
      schemaAfter: schemaAfter ?? undefined,
      appliedAtMs: Date.parse(at),
    })),
    drizzle,
    meta: new Map(metaRows.parse(meta).map(({ k, v }) => [k, v])),
  };
}
