import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The data folder of an embedded Cloudflare as text: path from that folder → what is written there. */
export interface DataFolderText {
  /** Of each SQLite file, the statements that make it. Bytes of worker modules are `part('<sha256>')`. */
  readonly databases: Readonly<Record<string, string>>;
  /** Of every other file its bytes, as base64. */
  readonly files: Readonly<Record<string, string>>;
}

/** Made at each start, or for people. Snapshots are past states for `wrangler d1 time-travel`: the present one is what an upgrade meets. */
const leftOut =
  /^(cells|snapshots)\/|^(lock|lock-journal|lock\.pid|log|connection\.json|started-with\.json)$|-(wal|shm)$/;

/**
 * Writes down the folder of an embedded Cloudflare that was stopped, and gives the bytes of the worker modules in it by their
 * SHA-256, which the text has not.
 */
export function describeDataFolder(
  dataDir: string,
): DataFolderText & { readonly parts: ReadonlyMap<string, Uint8Array> } {
  const paths = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dataDir.length + 1))
    .filter((path) => !leftOut.test(path))
    .sort();
  const databases: Record<string, string> = {};
  const files: Record<string, string> = {};
  const parts = new Map<string, Uint8Array>();
  for (const path of paths) {
    if (path.endsWith(".sqlite")) {
      const statements = describeDatabase(join(dataDir, path), parts);
      // The runtime makes its own bookkeeping again where there is nothing in it.
      if (!path.endsWith("/metadata.sqlite") || statements.some((line) => line.startsWith("INSERT")))
        databases[path] = `${statements.join("\n")}\n`;
    } else files[path] = readFileSync(join(dataDir, path)).toString("base64");
  }
  return { databases, files, parts };
}

/**
 * Makes a data folder of what was written down.
 * @param part gives the bytes of a worker's module by their SHA-256; throws for one that it does not know
 */
export function makeDataFolder(
  dataDir: string,
  { databases, files }: DataFolderText,
  part: (digest: string) => Uint8Array,
): void {
  for (const [path, statements] of Object.entries(databases)) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true });
    const sqlite = new DatabaseSync(join(dataDir, path));
    sqlite.function("part", (digest) => part(String(digest)));
    sqlite.exec(`BEGIN;\n${statements}COMMIT;`);
    sqlite.close();
  }
  for (const [path, base64] of Object.entries(files)) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true });
    writeFileSync(join(dataDir, path), Buffer.from(base64, "base64"), { mode: 0o600 });
  }
}

function describeDatabase(file: string, parts: Map<string, Uint8Array>): string[] {
  const sqlite = new DatabaseSync(file, { readOnly: true });
  const rows = (sql: string): Record<string, unknown>[] => {
    const statement = sqlite.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all();
  };
  const schema = rows(
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  );
  const create = (isTable: boolean): string[] =>
    schema.filter(({ type }) => (type === "table") === isTable).map(({ sql }) => `${String(sql)};`);
  const filled = rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .map(({ name }) => String(name))
    .filter((name) => name !== "snapshots"); // of the ledger: their files are left out
  const inserts = filled.flatMap((table) => {
    // SQLite makes this one itself, with the first table that counts.
    const refill = table === "sqlite_sequence" ? ["DELETE FROM sqlite_sequence;"] : [];
    return [...refill, ...rows(`SELECT * FROM "${table}"`).map((row) => insertion(table, row))];
  });
  function insertion(table: string, row: Readonly<Record<string, unknown>>): string {
    const { digest, bytes } = row;
    const isPart = table === "worker_parts" && bytes instanceof Uint8Array;
    if (isPart) parts.set(String(digest), bytes);
    const values = Object.values(row).map((value) =>
      isPart && value === bytes ? `part('${String(digest)}')` : literal(value),
    );
    return `INSERT INTO "${table}" VALUES (${values.join(", ")});`;
  }
  const version = rows("PRAGMA user_version")[0]?.["user_version"] ?? 0n;
  sqlite.close();
  return [...create(true), ...inserts, ...create(false), `PRAGMA user_version = ${String(version)};`];
}

function literal(value: unknown): string {
  if (value === null) return "NULL";
  if (typeof value === "bigint") return String(value);
  // A whole number in a REAL column has to stay one.
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : String(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}
