import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { holdCode } from "../../src/migrations/code/against-schema.ts";
import { checkCorpus } from "../../src/migrations/code/corpus.ts";
import { previewCosts } from "../../src/migrations/cost/preview-costs.ts";
import type { Database } from "../../src/migrations/database/database.ts";
import { emptySnapshot } from "../../src/migrations/database/snapshot.ts";
import { chainOf } from "../../src/migrations/files/chain.ts";
import { readMigration } from "../../src/migrations/files/reading.ts";
import { offlinePlan, type Plan } from "../../src/migrations/plan/plan.ts";
import { replayed } from "../../src/migrations/plan/replayed.ts";
import { fingerprint } from "../../src/migrations/sql/fingerprint.ts";
import type { SystemStatements } from "../../src/statements/kept.ts";
import { spread } from "./pairs.ts";
import type { Planned } from "./planning.ts";

const tables = 100;
const statements = 200;

/**
 * What the code adds to the preview of a database: 200 statements of a bundle and as many that were recorded, on 100 tables with an index each
 * and one pending file, held against the schemas and carried out in thought. Requests are answered here: no network is in it.
 */
export async function benchmarkHolding(rounds: number): Promise<readonly Planned[]> {
  const plan = planned();
  const database = local(plan);
  const asked = Array.from({ length: statements }, (_, i) => ({ worker: "api@1f2e3d4c", sql: statement(i) }));
  const written = bundle(asked.map(({ sql }) => sql));
  const points = [
    { by: undefined, schema: plan.schema },
    ...plan.expand.map(({ file, schemaAfter }) => ({ by: file.name, schema: schemaAfter })),
  ];
  const parts = { schema: [] as number[], plans: [] as number[], all: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const startMs = performance.now();
    const { refusals } = holdCode({ label: plan.label, points, root: tmpdir() }, written);
    const broken = checkCorpus(asked, points);
    if (refusals.length > 0 || broken.length > 0)
      throw new Error(`a statement does not fit: ${refusals[0]?.got ?? broken[0]?.error}`);
    const heldMs = performance.now();
    const { lines } = await previewCosts(plan, database, asked);
    if (lines.length === 0) throw new Error("the dropped index is under no statement");
    const endMs = performance.now();
    if (round === 0) continue;
    parts.schema.push(heldMs - startMs);
    parts.plans.push(endMs - heldMs);
    parts.all.push(endMs - startMs);
  }
  return [
    { name: `holding ${statements} statements against ${tables} tables`, milliseconds: spread(parts.schema) },
    { name: "what they cost, by their query plans", milliseconds: spread(parts.plans) },
    { name: "both, in the preview of one database", milliseconds: spread(parts.all) },
  ];
}

function statement(i: number): string {
  const [t, next] = [`t${i % tables}`, `t${(i + 1) % tables}`];
  switch (i % 4) {
    case 0:
      return `SELECT id, name FROM ${t} WHERE name = ? ORDER BY id LIMIT 20`;
    case 1:
      return `SELECT a.id, b.name FROM ${t} AS a JOIN ${next} AS b ON b.id = a.parent WHERE a.name = ? AND b.at > ?`;
    case 2:
      return `INSERT INTO ${t} (name, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name`;
    default:
      return `UPDATE ${t} SET at = ? WHERE id IN (SELECT parent FROM ${next} WHERE name = ?)`;
  }
}

function planned(): Plan {
  const file = (number: number, sql: string) => {
    const name = `${String(number).padStart(4, "0")}_step.sql`;
    return readMigration(name, name, Buffer.from(sql));
  };
  const made = Array.from(
    { length: tables },
    (_, i) =>
      `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, at TEXT, parent INTEGER REFERENCES t${Math.max(0, i - 1)} (id));\nCREATE INDEX t${i}_by_name ON t${i} (name);\nCREATE INDEX t${i}_by_parent ON t${i} (parent);\n`,
  );
  const files = [
    file(1, made.join("")),
    file(2, "DROP INDEX t0_by_name;\nALTER TABLE t1 ADD COLUMN more TEXT;\n"),
  ];
  const schema = replayed(files.slice(0, 1)) ?? [];
  const chains = chainOf(files);
  const logged = files.slice(0, 1).map(({ name, checksum }) => ({
    name,
    checksum,
    chain: chains[0] ?? "",
    phase: "expand",
    schemaAfter: fingerprint(schema),
  }));
  const plan = offlinePlan({
    label: "bench/db",
    folder: "bench",
    files,
    chain: files.map(({ name, checksum }, i) => ({ name, checksum, chain: chains[i] ?? "", line: i + 1 })),
    database: {
      ...emptySnapshot,
      schema,
      ledgerKind: "wrangler",
      ledger: logged.map(({ name }) => name),
      log: logged,
    },
    opened: undefined,
  });
  if (plan.refusals.length > 0) throw new Error(`the plan was refused: ${plan.refusals[0]?.what ?? ""}`);
  return plan;
}

/** A database of that schema with a large table, in this process. */
function local({ schema, label }: Plan): Database {
  const db = new DatabaseSync(":memory:");
  for (const { sql } of schema.toSorted((a, b) => Number(a.type === "index") - Number(b.type === "index")))
    db.exec(sql);
  db.exec(
    "INSERT INTO t0 (name) SELECT 'n' || i FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n)",
  );
  return {
    label,
    run: async (all) => ({
      kind: "done",
      value: all.map((sql) => ({ results: db.prepare(sql).all(), success: true, meta: {} })),
    }),
    bookmark: async () => ({ kind: "done", value: "" }),
    sleep: async () => {},
  };
}

function bundle(all: readonly string[]): SystemStatements {
  const form = (sql: string, i: number) => ({
    sql,
    file: "api.ts",
    line: i + 1,
    column: 1,
    complete: true,
    unresolved: [],
    ways: {},
  });
  return {
    folders: { db: "bench" },
    workers: [
      {
        worker: "api",
        elsewhere: 0,
        statements: all.map((sql, i) => ({ worker: "api", databases: ["db"], forms: [form(sql, i)] })),
      },
    ],
  };
}
