import { hexadecimal } from "./bytes.ts";

/** What a backup is made of, and where it goes. */
interface BackedUp {
  readonly AUTH_DB: D1Database;
  readonly BILLING_DB: D1Database;
  readonly BACKUPS: R2Bucket;
}

/** One table: how it was made, and its rows as lists in the order of the columns. */
interface TableBackup {
  readonly sql: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What was written. */
export interface Backup {
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly bytes: number;
  /** SHA-256 of the object, hexadecimal. */
  readonly digest: string;
  /** Rows by database and table. */
  readonly rows: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const folder = "backups/";

/**
 * Writes all tables of both databases into one object. Each database is read in one transaction, so its tables fit one another; between
 * the two there is no transaction, and what was written in between is in the second alone.
 */
export async function createBackup({ AUTH_DB, BILLING_DB, BACKUPS }: BackedUp): Promise<Backup> {
  const databases = { auth: await tablesOf(AUTH_DB), billing: await tablesOf(BILLING_DB) };
  const rows = Object.fromEntries(
    Object.entries(databases).map(([database, tables]) => [
      database,
      Object.fromEntries(Object.entries(tables).map(([table, { rows }]) => [table, rows.length])),
    ]),
  );
  const createdAt = new Date().toISOString();
  const text = JSON.stringify({ version: 1, createdAt, rows, databases });
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const key = `${folder}${createdAt.replaceAll(":", "-")}.json`;
  await BACKUPS.put(key, bytes, {
    sha256: digest,
    httpMetadata: { contentType: "application/json" },
    customMetadata: { rows: JSON.stringify(rows), digest: hexadecimal(digest) },
  });
  return { key, createdAt, bytes: bytes.length, digest: hexadecimal(digest), rows };
}

/** Every table with its rows, of one moment: should a table come or go between the two reads, they are done again. */
async function tablesOf(db: D1Database): Promise<Readonly<Record<string, TableBackup>>> {
  const listed = db.prepare(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY name",
  );
  const { results: tables } = await listed.all<{ readonly name: string; readonly sql: string }>();
  const reads = tables.map(({ name }) => db.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}"`));
  const [again, ...read] = await db.batch<Record<string, unknown>>([listed, ...reads]);
  if (JSON.stringify(again?.results) !== JSON.stringify(tables)) return tablesOf(db);
  return Object.fromEntries(
    tables.map(({ name, sql }, i): [string, TableBackup] => [name, { sql, rows: read[i]?.results ?? [] }]),
  );
}

/** A backup by its key, or the newest one; null where there is none. */
export async function readBackup(bucket: R2Bucket, key: string | undefined): Promise<R2ObjectBody | null> {
  const wanted = key ?? (await newest(bucket));
  return wanted === undefined || !wanted.startsWith(folder) ? null : bucket.get(wanted);
}

/** Keys are times, so the last one is the newest. */
async function newest(bucket: R2Bucket, cursor?: string): Promise<string | undefined> {
  const list = await bucket.list({ prefix: folder, ...(cursor !== undefined && { cursor }) });
  const last = list.objects.at(-1)?.key;
  return list.truncated ? ((await newest(bucket, list.cursor)) ?? last) : last;
}
