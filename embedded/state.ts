import { DatabaseSync } from "node:sqlite";

/** Everything the control plane remembers, in one SQLite file: a named JSON body per account, kind and id. */
export interface State {
  /** Inserts; throws {@link NameTaken} when another object of this kind in this account has the name. */
  insert(account: string, kind: string, id: string, name: string, body: object): void;
  /** Replaces name and body; false when there is no such object. Throws {@link NameTaken} like insert. */
  update(account: string, kind: string, id: string, name: string, body: object): boolean;
  remove(account: string, kind: string, id: string): boolean;
  get(account: string, kind: string, id: string): Stored | undefined;
  byName(account: string, kind: string, name: string): Stored | undefined;
  /** In order of creation. */
  list(account: string, kind: string): readonly Stored[];
  /** Like list, over every account. */
  everywhere(kind: string): readonly Stored[];
  /** All or nothing; nested calls join the outer one. */
  transaction<T>(work: () => T): T;
  /** For tables of a service's own (queue messages, vectors). The service creates them with `if not exists`. */
  readonly sqlite: DatabaseSync;
  close(): void;
}

export interface Stored {
  readonly account: string;
  readonly id: string;
  readonly name: string;
  /** As inserted. Parse it with the kind's own zod schema: the file may have been written by an older version. */
  readonly body: unknown;
}

export class NameTaken extends Error {
  constructor(kind: string, name: string) {
    super(`${kind} "${name}" already exists`);
    this.name = "NameTaken";
  }
}

/** Counts up when a file of this version could not be read by an earlier one. */
const format = 1;

/** Opens (or creates) the state file; throws when a later version wrote it. WAL with synchronous FULL: what was answered survives `kill -9`. */
export function openState(file: string): State {
  const sqlite = new DatabaseSync(file);
  const found = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (found > format) {
    sqlite.close();
    throw new Error(`format ${found}, of a later version; this one knows formats up to ${format}`);
  }
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
  sqlite.exec(`CREATE TABLE IF NOT EXISTS objects(
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    name TEXT NOT NULL, body TEXT NOT NULL, UNIQUE(account, kind, id), UNIQUE(account, kind, name)) STRICT`);
  if (found < format) sqlite.exec(`PRAGMA user_version = ${format}`);
  const statements = {
    insert: sqlite.prepare("INSERT INTO objects(account, kind, id, name, body) VALUES (?, ?, ?, ?, ?)"),
    update: sqlite.prepare("UPDATE objects SET name = ?, body = ? WHERE account = ? AND kind = ? AND id = ?"),
    remove: sqlite.prepare("DELETE FROM objects WHERE account = ? AND kind = ? AND id = ?"),
    get: sqlite.prepare(
      "SELECT account, id, name, body FROM objects WHERE account = ? AND kind = ? AND id = ?",
    ),
    byName: sqlite.prepare(
      "SELECT account, id, name, body FROM objects WHERE account = ? AND kind = ? AND name = ?",
    ),
    list: sqlite.prepare(
      "SELECT account, id, name, body FROM objects WHERE account = ? AND kind = ? ORDER BY ordinal",
    ),
    everywhere: sqlite.prepare("SELECT account, id, name, body FROM objects WHERE kind = ? ORDER BY ordinal"),
  };
  let depth = 0;
  return {
    sqlite,
    insert(account, kind, id, name, body) {
      orNameTaken(kind, name, () => statements.insert.run(account, kind, id, name, JSON.stringify(body)));
    },
    update(account, kind, id, name, body) {
      return (
        orNameTaken(kind, name, () => statements.update.run(name, JSON.stringify(body), account, kind, id))
          .changes === 1
      );
    },
    remove: (account, kind, id) => statements.remove.run(account, kind, id).changes === 1,
    get: (account, kind, id) => stored(statements.get.get(account, kind, id)),
    byName: (account, kind, name) => stored(statements.byName.get(account, kind, name)),
    list: (account, kind) => statements.list.all(account, kind).flatMap((row) => stored(row) ?? []),
    everywhere: (kind) => statements.everywhere.all(kind).flatMap((row) => stored(row) ?? []),
    transaction(work) {
      if (depth > 0) return work();
      sqlite.exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        sqlite.exec("COMMIT");
        return result;
      } catch (error) {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK"); // on a full disk SQLite has done so itself
        throw error;
      } finally {
        depth--;
      }
    },
    close: () => sqlite.close(),
  };
}

function orNameTaken<T>(kind: string, name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.message.includes("UNIQUE constraint failed"))
      throw new NameTaken(kind, name);
    throw error;
  }
}

function stored(row: Record<string, unknown> | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  return {
    account: String(row["account"]),
    id: String(row["id"]),
    name: String(row["name"]),
    body: JSON.parse(String(row["body"])),
  };
}
