import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { z } from "zod";
import { openWritten, type Written } from "./written.ts";

/** What the stores remember about databases beside the databases' own files: one small SQLite file. */
export interface Ledger {
  /** Which object holds the database now: another one after each restore. */
  readonly object: (database: string) => { readonly object: string; readonly gone: boolean };
  /** Remembers a database that was asked for the first time. */
  readonly meet: (database: string) => void;
  readonly setObject: (database: string, object: string) => void;
  /** A removed database stays unknown for ever: a worker still bound to it must not bring an empty one to life. */
  readonly setGone: (database: string) => void;
  /** Every database that was ever asked and is not gone. */
  readonly databases: () => readonly string[];
  /** Of a KV namespace or bucket, `<KIND>/<id>`: the same. */
  readonly setRemoved: (store: string) => void;
  readonly isRemoved: (store: string) => boolean;
  readonly addStatements: (counted: readonly CountedStatement[]) => void;
  readonly statements: (
    database: string,
  ) => readonly { readonly caller: string; readonly sql: string; readonly count: number }[];
  readonly written: Written;
  /** `writtenMs`: a time at which something was in the database, where it was before `sinceMs`. */
  readonly addSnapshot: (snapshot: Snapshot, writtenMs?: number) => void;
  /** What was known as `writtenMs` with the first snapshot ever; before it the database was empty. */
  readonly firstMs: (database: string) => number | undefined;
  /** Oldest first. */
  readonly snapshots: (database: string) => readonly Snapshot[];
  readonly keepSnapshot: (database: string, bookmark: string) => void;
  readonly removeSnapshots: (database: string, bookmarks: readonly string[]) => void;
  readonly close: () => void;
}

export interface CountedStatement {
  readonly database: string;
  /** `<account>/<script>/<version>`. */
  readonly caller: string;
  /** Normalised. */
  readonly sql: string;
  readonly count: number;
}

export interface Snapshot {
  readonly bookmark: string;
  readonly database: string;
  /** Since when the database had been in this state. */
  readonly sinceMs: number;
  readonly takenMs: number;
  /** Handed out to somebody, and so kept for the whole 30 days. */
  readonly kept: boolean;
}

const schema = `
  CREATE TABLE IF NOT EXISTS databases(id TEXT PRIMARY KEY, object TEXT NOT NULL, gone INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS firsts(database TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS removed(store TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS statements(database TEXT NOT NULL, caller TEXT NOT NULL, sql TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY(database, caller, sql)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS snapshots(database TEXT NOT NULL, bookmark TEXT NOT NULL, since_ms INTEGER NOT NULL, taken_ms INTEGER NOT NULL,
    kept INTEGER NOT NULL, PRIMARY KEY(database, bookmark)) STRICT, WITHOUT ROWID;`;

const databaseRow = z.object({ object: z.string(), gone: z.number() });
const statementRow = z.object({ caller: z.string(), sql: z.string(), count: z.number() });
const snapshotRow = z.object({
  database: z.string(),
  bookmark: z.string(),
  sinceMs: z.number(),
  takenMs: z.number(),
  kept: z.number().transform((n) => n === 1),
});

/** Opens or creates it. `synchronous = NORMAL`: what was written survives `kill -9`, and a write costs no fsync. */
export function openLedger(file: string): Ledger {
  const sqlite = new DatabaseSync(file);
  sqlite.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; ${schema}`,
  );
  const rows = <T>(row: z.ZodType<T>, sql: string): ((...values: SQLInputValue[]) => readonly T[]) => {
    const statement = sqlite.prepare(sql);
    return (...values) => z.array(row).parse(statement.all(...values));
  };
  const ids = rows(z.object({ id: z.string() }), "SELECT id FROM databases WHERE gone = 0");
  const object = rows(databaseRow, "SELECT object, gone FROM databases WHERE id = ?");
  const statements = rows(
    statementRow,
    "SELECT caller, sql, count FROM statements WHERE database = ? ORDER BY caller, sql",
  );
  const snapshots = rows(
    snapshotRow,
    `SELECT database, bookmark, since_ms AS sinceMs, taken_ms AS takenMs, kept
    FROM snapshots WHERE database = ? ORDER BY bookmark`,
  );
  const put = {
    database: sqlite.prepare(
      "INSERT INTO databases(id, object, gone) VALUES (?, ?, ?) ON CONFLICT(id) DO UPDATE SET object = excluded.object, gone = excluded.gone",
    ),
    statement: sqlite.prepare(
      "INSERT INTO statements VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
    ),
    snapshot: sqlite.prepare(
      "INSERT INTO snapshots(database, bookmark, since_ms, taken_ms, kept) VALUES (?, ?, ?, ?, ?)",
    ),
  };
  const setRemoved = sqlite.prepare("INSERT INTO removed VALUES (?) ON CONFLICT DO NOTHING");
  const isRemoved = sqlite.prepare("SELECT 1 FROM removed WHERE store = ?");
  const meet = sqlite.prepare(
    "INSERT INTO databases(id, object, gone) VALUES (?, ?, 0) ON CONFLICT(id) DO NOTHING",
  );
  const first = sqlite.prepare("INSERT INTO firsts VALUES (?, ?) ON CONFLICT DO NOTHING");
  const firsts = rows(z.object({ ms: z.number() }), "SELECT since_ms AS ms FROM firsts WHERE database = ?");
  const keep = sqlite.prepare("UPDATE snapshots SET kept = 1 WHERE database = ? AND bookmark = ?");
  const forget = sqlite.prepare("DELETE FROM statements WHERE database = ?");
  const drop = sqlite.prepare("DELETE FROM snapshots WHERE database = ? AND bookmark = ?");
  const together = (work: () => void): void => {
    sqlite.exec("BEGIN IMMEDIATE");
    try {
      work();
      sqlite.exec("COMMIT");
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK"); // on a full disk SQLite has done so itself
      throw error;
    }
  };
  const current = (database: string): { readonly object: string; readonly gone: boolean } => {
    const found = object(database)[0];
    return found === undefined
      ? { object: database, gone: false }
      : { object: found.object, gone: found.gone === 1 };
  };
  return {
    object: current,
    databases: () => ids().map(({ id }) => id),
    meet: (database) => void meet.run(database, database),
    setObject: (database, name) => void put.database.run(database, name, 0),
    setGone: (database) =>
      together(() => {
        put.database.run(database, current(database).object, 1);
        forget.run(database);
      }),
    setRemoved: (store) => void setRemoved.run(store),
    isRemoved: (store) => isRemoved.get(store) !== undefined,
    addStatements: (counted) =>
      together(() => {
        for (const s of counted) put.statement.run(s.database, s.caller, s.sql, s.count);
      }),
    statements,
    written: openWritten(sqlite),
    addSnapshot: (s, writtenMs = s.sinceMs) =>
      together(() => {
        put.snapshot.run(s.database, s.bookmark, s.sinceMs, s.takenMs, s.kept ? 1 : 0);
        first.run(s.database, writtenMs);
      }),
    firstMs: (database) => firsts(database)[0]?.ms,
    keepSnapshot: (database, bookmark) => void keep.run(database, bookmark),
    snapshots,
    removeSnapshots: (database, bookmarks) =>
      together(() => {
        for (const bookmark of bookmarks) drop.run(database, bookmark);
      }),
    close: () => sqlite.close(),
  };
}
