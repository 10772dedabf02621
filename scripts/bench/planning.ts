import { type DatabaseSnapshot, emptySnapshot } from "../../src/migrations/database/snapshot.ts";
import { chainOf } from "../../src/migrations/files/chain.ts";
import { type MigrationFile, readMigration } from "../../src/migrations/files/reading.ts";
import { offlinePlan, type PlanInput } from "../../src/migrations/plan/plan.ts";
import { replayed } from "../../src/migrations/plan/replayed.ts";
import { fingerprint } from "../../src/migrations/sql/fingerprint.ts";
import { type Spread, spread } from "./pairs.ts";

export interface Planned {
  readonly name: string;
  readonly milliseconds: Spread;
}

const tables = 100;

/** What planning costs, with nobody to ask: 200 pending files on 100 tables, and a database where 1,000 are applied already. */
export function benchmarkPlanning(rounds: number): readonly Planned[] {
  const first = file(
    1,
    Array.from(
      { length: tables },
      (_, i) =>
        `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER REFERENCES t${Math.max(0, i - 1)}(id) ON DELETE CASCADE);`,
    ),
  );
  const grow = (count: number): MigrationFile[] => [
    first,
    ...Array.from({ length: count }, (_, i) =>
      file(i + 2, [
        `ALTER TABLE t${i % tables} ADD COLUMN c${i} TEXT;`,
        `CREATE INDEX i${i} ON t${i % tables} (c${i});`,
      ]),
    ),
  ];
  const pending = grow(200);
  const applied = grow(1_000);
  return [
    measure(rounds, "planning 200 pending files on 100 tables", input(pending, database(pending, 1))),
    measure(
      rounds,
      "planning with 1,000 applied files, none pending",
      input(applied, database(applied, applied.length)),
    ),
  ];
}

function measure(rounds: number, name: string, given: PlanInput): Planned {
  const milliseconds: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const startMs = performance.now();
    const plan = offlinePlan(given);
    if (plan.refusals.length > 0)
      throw new Error(
        `${name}: the plan was refused, so it is not measured: ${plan.refusals[0]?.what ?? ""}`,
      );
    if (round > 0) milliseconds.push(performance.now() - startMs);
  }
  return { name, milliseconds: spread(milliseconds) };
}

function file(number: number, statements: readonly string[]): MigrationFile {
  const name = `${String(number).padStart(4, "0")}_step.sql`;
  return readMigration(name, name, Buffer.from(`${statements.join("\n")}\n`));
}

const input = (files: readonly MigrationFile[], snapshot: DatabaseSnapshot): PlanInput => ({
  label: "bench/db",
  folder: "bench",
  files,
  chain: chainOf(files).map((chain, i) => ({
    name: files[i]?.name ?? "",
    checksum: files[i]?.checksum ?? "",
    chain,
    line: i + 1,
  })),
  database: snapshot,
  opened: undefined,
});

/** A database to which the first files were applied by Lockstep. */
function database(files: readonly MigrationFile[], count: number): DatabaseSnapshot {
  const known = files.slice(0, count);
  const schema = replayed(known) ?? [];
  const chains = chainOf(known);
  return {
    ...emptySnapshot,
    schema,
    ledgerKind: "wrangler",
    ledger: known.map(({ name }) => name),
    log: known.map(({ name, checksum }, i) => ({
      name,
      checksum,
      chain: chains[i] ?? "",
      phase: "expand",
      schemaAfter: i === count - 1 ? fingerprint(schema) : undefined,
    })),
  };
}
