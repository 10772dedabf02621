import { createHash } from "node:crypto";
import type { Database } from "../../../src/migrations/database/database.ts";
import type { D1Endpoint } from "../../../src/migrations/database/endpoint.ts";
import { readSnapshot } from "../../../src/migrations/database/snapshot.ts";
import { queryDatabase } from "../../../src/migrations/database/transports.ts";
import type { ApplicableFile } from "../../../src/migrations/files/applicable-file.ts";
import { apply, type Step } from "../../../src/migrations/protocol/apply.ts";
import { type Fault, faultProxy } from "./fault-proxy.ts";

/** Numbers in [0, 1) that depend on the seed alone (mulberry32), so that a failing schedule can be run again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const faults: readonly Fault[] = [
  "dropAnswer",
  "duplicate",
  "late",
  "reset",
  "429",
  "504",
  "504AfterCommit",
  "transientAfterCommit",
  "half",
  "wordless",
];
const steps: readonly Step[] = [
  "bootstrap",
  "lease",
  "replan",
  "bookmark",
  "send",
  "reconcile",
  "readBack",
  "renew",
  "release",
];

/** Files whose effects can be counted: each adds a table, a row that names it, and one to every account's balance. */
export const countedFiles = (count: number): ApplicableFile[] =>
  Array.from({ length: count }, (_, i) => {
    const name = `${String(i + 1).padStart(4, "0")}_step.sql`;
    const checksum = `sha256:${createHash("sha256").update(name).digest("hex")}`;
    return {
      name,
      checksum,
      chain: checksum,
      phase: "expand",
      transport: "query",
      statements: [
        `CREATE TABLE t${i + 1}(a)`,
        `INSERT INTO effects(file) VALUES ('${name}')`,
        "UPDATE accounts SET balance = balance + 1",
      ],
      verify: [
        {
          label: "the table is there",
          sql: `SELECT count(*) = 1 FROM sqlite_schema WHERE name = 't${i + 1}'`,
        },
      ],
      preconditions: [],
      waivers: [],
      overrides: [],
    };
  });

/** A runner that stops dead at a step: nothing it would still do is done, as after `kill -9`. */
class Killed extends Error {}

/**
 * One schedule: several runners, some killed at a step, two at once now and then, every request under a fault with some
 * probability; late requests arrive after their runner is gone. Ends with one run without faults.
 */
export async function runSchedule(
  seed: number,
  endpoint: D1Endpoint,
  files: readonly ApplicableFile[],
): Promise<void> {
  const next = random(seed);
  const rate = 0.1 + next() * 0.4;
  const proxy = await faultProxy(endpoint.baseUrl, () => (next() < rate ? pick(next, faults) : "none"));
  const faulty = { ...endpoint, baseUrl: proxy.baseUrl, timeoutMs: 5_000 };
  const direct = hasty(endpoint, "counted");
  try {
    const runs = 1 + Math.floor(next() * 4);
    for (let i = 0; i < runs; i++) {
      const rival = next() < 0.25;
      await Promise.all([
        runner(seed, faulty, files, next),
        ...(rival ? [runner(seed, faulty, files, next)] : []),
      ]);
      if (next() < 0.5) await proxy.deliverLate();
      if (next() < 0.7) await direct.run([`UPDATE "_mig_lock" SET expires_at = 0 WHERE id = 1`]); // the lease of a dead runner ends
    }
    await proxy.deliverLate();
  } finally {
    await proxy.close();
  }
  await direct.run([`UPDATE "_mig_lock" SET expires_at = 0 WHERE id = 1`]);
  await applyCounted(direct, files, {});
}

/** What every schedule must have led to; empty when all is well. */
export async function violations(
  endpoint: D1Endpoint,
  files: readonly ApplicableFile[],
  accounts: number,
): Promise<readonly string[]> {
  const outcome = await queryDatabase(endpoint, "counted").run([
    `SELECT name FROM "d1_migrations" ORDER BY id`,
    "SELECT file AS name FROM effects ORDER BY rowid",
    "SELECT name FROM _mig_log ORDER BY name",
    `SELECT count(*) AS n, min(balance) AS low, max(balance) AS high FROM accounts`,
  ]);
  if (outcome.kind !== "done") return [`could not be read: ${JSON.stringify(outcome)}`];
  const names = (i: number): string => JSON.stringify(outcome.value[i]?.results.map((row) => row["name"]));
  const expected = JSON.stringify(files.map((file) => file.name));
  const found: string[] = [];
  for (const [i, what] of ["ledger", "effects", "log"].entries())
    if (names(i) !== expected) found.push(`${what}: ${names(i)}`);
  const balances = outcome.value[3]?.results[0];
  if (balances?.["n"] !== accounts) found.push(`rows: ${String(balances?.["n"])} of ${accounts}`);
  if (balances?.["low"] !== files.length || balances["high"] !== files.length)
    found.push(`balances: ${JSON.stringify(balances)}`);
  return found;
}

async function runner(
  seed: number,
  endpoint: D1Endpoint,
  files: readonly ApplicableFile[],
  next: () => number,
): Promise<void> {
  const killAt = next() < 0.6 ? pick(next, steps) : undefined;
  const killAfter = Math.floor(next() * files.length);
  let passed = 0;
  let dead = false;
  const database = hasty(endpoint, `seed ${seed}`);
  const alive = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Killed()) : work());
  const mortal: Database = {
    ...database,
    run: (statements) => alive(() => database.run(statements)),
    bookmark: () => alive(database.bookmark),
  };
  try {
    await applyCounted(mortal, files, {
      onStep: (step) => {
        if (step !== killAt || passed++ < killAfter) return;
        dead = true;
        throw new Killed();
      },
    });
  } catch {
    // Killed, refused by a rival's lease, or given up on a broken network: the next runner has to cope with what is left.
  }
}

/** Waits for nothing: in a schedule, time passes by events. */
const hasty = (endpoint: D1Endpoint, label: string): Database => ({
  ...queryDatabase(endpoint, label),
  sleep: async () => {},
});

/** Applies what of `files` the ledger does not have. */
export const applyCounted = (
  database: Database,
  files: readonly ApplicableFile[],
  options: { onStep?: (step: Step) => void },
): ReturnType<typeof apply> =>
  apply({
    database,
    replan: async () => {
      const snapshot = await readSnapshot(database);
      return { ...snapshot, files: files.filter((file) => !snapshot.ledger.includes(file.name)) };
    },
    fingerprint: (schema) => createHash("sha256").update(JSON.stringify(schema)).digest("hex"),
    note: "test",
    tool: "lockstep-test",
    actor: undefined,
    uuid: () => crypto.randomUUID(),
    ...options,
  });

function pick<T>(next: () => number, from: readonly T[]): T {
  const chosen = from[Math.floor(next() * from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
}
