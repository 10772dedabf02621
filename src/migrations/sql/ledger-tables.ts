/**
 * wrangler's ledger, byte for byte, so that `wrangler d1 migrations list` and `apply` work before and after us.
 * Source: wrangler 4.155, `d1/migrations/helpers.ts`, as observed on the wire.
 */
export const ledgerTable = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

/** Who may write: one row, with a lease by the database's own clock and a fence that grows with every new holder. */
const lockTable = `CREATE TABLE IF NOT EXISTS "_mig_lock"(id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT,
  fence INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL DEFAULT 0, note TEXT) STRICT;`;

/** What was applied, by whom, from what: written in the same transaction as the migration itself. */
const logTable = `CREATE TABLE IF NOT EXISTS "_mig_log"(name TEXT PRIMARY KEY, checksum TEXT NOT NULL, chain TEXT NOT NULL,
  phase TEXT NOT NULL, attempt TEXT NOT NULL, fence INTEGER NOT NULL, statements INTEGER NOT NULL,
  waivers TEXT, overrides TEXT, bookmark_before TEXT, schema_before TEXT, schema_after TEXT, tool TEXT NOT NULL, actor TEXT,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;`;

/** Facts about the database itself: its stage, its canaries. */
const metaTable = `CREATE TABLE IF NOT EXISTS "_mig_meta"(k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT;`;

/** What people decided (baseline, accept, adopt): never deleted. */
const auditTable = `CREATE TABLE IF NOT EXISTS "_mig_audit"(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT, reason TEXT NOT NULL,
  detail TEXT, actor TEXT, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;`;

/** Which seed files ran, in which version. */
const seedTable = `CREATE TABLE IF NOT EXISTS "_mig_seeds"(name TEXT PRIMARY KEY, checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))) STRICT;`;

/** Everything Lockstep keeps in a database, each statement repeatable. */
export const bootstrapStatements: readonly string[] = [
  ledgerTable,
  lockTable,
  logTable,
  metaTable,
  auditTable,
  seedTable,
  `INSERT OR IGNORE INTO "_mig_lock"(id) VALUES (1);`,
];

/** Tables that no migration and no seed may touch. */
export const reservedTables: readonly string[] = [
  "d1_migrations",
  "_mig_lock",
  "_mig_log",
  "_mig_meta",
  "_mig_audit",
  "_mig_seeds",
  "_mig_canary",
  // Where the ledger of Alchemy is put when its database is adopted.
  "_mig_alchemy",
];
