import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { z } from "zod";
import type { Account } from "../../../src/backup/account.ts";
import { databaseFor, sizeOf } from "../../../src/backup/databases.ts";
import type { Made } from "../../../src/backup/prove.ts";
import { restoreAndCompare } from "../../../src/backup/prove.ts";
import { openBackup } from "../../../src/backup/store/open.ts";
import { takeBackup } from "../../../src/backup/take.ts";
import { rows } from "../../../src/migrations/database/database.ts";
import { between, type Spent, spent, spentBy } from "./processor.ts";

/** What a backup of one database costs beside SQLite's own tool on the same file, which has no API in between. */
export const backed = z.object({
  megabytes: z.number(),
  dumpSeconds: z.number(),
  backupSeconds: z.number(),
  loadSeconds: z.number(),
  /** With the comparison, row by row. */
  restoreSeconds: z.number(),
  /** Of this process alone, at the most. */
  backupMegabytes: z.number(),
  restoreMegabytes: z.number(),
  /** Processor time; of SQLite's own tool too. @default - there is no /proc */
  backupSpent: spent.optional(),
  restoreSpent: spent.optional(),
  dumpSpent: z.number(),
  loadSpent: z.number(),
});
export type Backed = Readonly<z.infer<typeof backed>>;

const served = z.object({ base: z.string(), account: z.string(), token: z.string(), dataDir: z.string() });

/** Measures a database of that size on the embedded Cloudflare, whose API runs in a process of its own. */
export async function benchmarkBackup(megabytes: number, told: (text: string) => void): Promise<Backed> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const server = spawn(process.execPath, [join(import.meta.dirname, "serve.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const [line] = await once(server.stdout);
    const { base, account: accountId, token, dataDir } = served.parse(JSON.parse(line));
    const account = { connection: { baseUrl: base.replace(/\/accounts\/.*/, ""), token }, accountId };
    told(`${megabytes} MB: filling`);
    const made = await databaseFor(account, "bench", "bench");
    await fillWith(made, megabytes);
    const apiPid = server.pid ?? 0;
    return await measured(account, made, { megabytes, folder, file: largest(dataDir), apiPid, told });
  } finally {
    server.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function once(stream: NodeJS.ReadableStream): Promise<readonly [string]> {
  for await (const line of createInterface({ input: stream })) return [line];
  throw new Error("the API ended before it listened");
}

const rowsAtOnce = 20_000;

/** Customers and their notes, of about a kilobyte each. */
async function fillWith({ database }: Made, megabytes: number): Promise<void> {
  await rows(database, [
    "CREATE TABLE customers(id INTEGER PRIMARY KEY, email TEXT NOT NULL, created_at TEXT)",
    "CREATE TABLE notes(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), body TEXT, price REAL)",
    "CREATE INDEX notes_by_customer ON notes(customer_id)",
  ]);
  for (let first = 1; first < megabytes * 1_000; first += rowsAtOnce) {
    const numbers = `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${first + rowsAtOnce - 1})`;
    await rows(database, [
      `${numbers} INSERT INTO customers SELECT i, 'p' || i || '@example.org', '2026-01-01' FROM n`,
      `${numbers} INSERT INTO notes SELECT i, i, hex(randomblob(440)) || 'it''s', i * 1.37 FROM n`,
    ]);
  }
}

interface Task {
  readonly megabytes: number;
  readonly folder: string;
  /** The database's own file. */
  readonly file: string;
  readonly apiPid: number;
  readonly told: (text: string) => void;
}

async function measured(
  account: Account,
  made: Made,
  { megabytes, folder, file, apiPid, told }: Task,
): Promise<Backed> {
  const [text, loaded] = [join(folder, "dump.zst"), join(folder, "loaded.sqlite")];
  const timed = <Value>(work: () => Promise<Value>): Promise<Timed<Value>> => timedWith(apiPid, work);
  told("sqlite3 .dump | zstd");
  const dump = await timed(async () => shellSeconds('sqlite3 "$1" .dump | zstd -q -o "$2"', [file, text]));
  told("backup");
  const identity = await generateX25519Identity();
  const recipients = [await identityToRecipient(identity)];
  const sizeBytes = await sizeOf(account, made.id);
  const source = {
    key: "bench/d1",
    id: made.id,
    physicalName: made.name,
    sizeBytes,
    database: made.database,
  };
  const backup = await timed(() =>
    takeBackup([source], {
      folder: join(folder, "backups"),
      stage: "bench",
      target: "embedded",
      accountId: account.accountId,
      recipients,
      tool: "bench",
      versions: {},
      notInBackup: [],
      say: () => {},
    }),
  );
  told("zstd -d | sqlite3");
  const load = await timed(async () => shellSeconds('zstd -dc "$1" | sqlite3 "$2"', [text, loaded]));
  told("restore and compare");
  const restore = await timed(async () => {
    const open = await openBackup(backup.value, identity);
    for (const entry of open.manifest.databases) {
      const restored = await databaseFor(account, "restored", "restored");
      const { differences } = await restoreAndCompare(open, entry, restored);
      if (differences.length > 0) throw new Error(`restored otherwise: ${differences.join("; ")}`);
    }
  });
  return {
    megabytes,
    dumpSeconds: dump.seconds,
    backupSeconds: backup.seconds,
    loadSeconds: load.seconds,
    restoreSeconds: restore.seconds,
    backupMegabytes: backup.megabytes,
    restoreMegabytes: restore.megabytes,
    backupSpent: backup.spent,
    restoreSpent: restore.spent,
    dumpSpent: dump.value,
    loadSpent: load.value,
  };
}

/** Runs a line of the shell; the processor time of what it started. */
function shellSeconds(line: string, words: readonly string[]): number {
  const said = execFileSync("sh", ["-c", `${line} && times`, "sh", ...words], { encoding: "utf8" });
  // The last line of `times` is of the shell's children: `0m1.20s 0m0.05s`.
  const parts = [...(said.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

interface Timed<Value> {
  readonly value: Value;
  readonly seconds: number;
  readonly megabytes: number;
  readonly spent: Spent | undefined;
}

/** How long some work took, what was spent on it, and how much memory this process had at the most meanwhile. */
async function timedWith<Value>(apiPid: number, work: () => Promise<Value>): Promise<Timed<Value>> {
  let [bytes, isDone] = [0, false];
  const watch = async (): Promise<void> => {
    for (; !isDone; await sleep(20)) bytes = Math.max(bytes, process.memoryUsage.rss());
  };
  const watching = watch();
  const [before, begun] = [spentBy(apiPid), performance.now()];
  const value = await work();
  const seconds = (performance.now() - begun) / 1000;
  const spentOnIt = between(before, spentBy(apiPid));
  isDone = true;
  await watching;
  return { value, seconds, megabytes: Math.round(bytes / 1e6), spent: spentOnIt };
}

/** D1's files have names of their own: the one that was filled is the largest. */
function largest(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sqlite"))
    .map((name) => join(folder, name));
  const [first] = files.toSorted((a, b) => statSync(b).size - statSync(a).size);
  if (first === undefined) throw new Error(`no database lies in ${folder}`);
  return first;
}
