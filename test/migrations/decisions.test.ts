import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { acceptDrift } from "../../src/migrations/apply/accept-drift.ts";
import { acceptFile } from "../../src/migrations/apply/accept-file.ts";
import { baseline } from "../../src/migrations/apply/baseline.ts";
import { empty, holding } from "../../src/migrations/apply/reset.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { databaseOf, type Job, planLive } from "../../src/migrations/plan/job.ts";
import { takeLease } from "../../src/migrations/protocol/lease.ts";
import { bootstrapStatements } from "../../src/migrations/sql/ledger-tables.ts";
import { type Fault, faultProxy } from "./testing/fault-proxy.ts";
import { type LiveJob, liveJobs } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

/** Decisions of people, and what may happen between their looking and their deciding. */
const { embedded, fresh } = await liveJobs();

const decision = { reason: "why", actor: "somebody" };
const table = (name: string): string => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY);\n`;
const ledger = "SELECT id, name FROM d1_migrations ORDER BY id";

/** The job, with what happens right before the one request that carries the decision. */
async function interrupted<T>(
  { job }: LiveJob,
  before: () => Promise<Fault>,
  decide: (job: Job) => Promise<T>,
): Promise<unknown> {
  const proxy = await faultProxy(embedded.api, (body) =>
    /_mig_audit\\?"\(kind/.test(body) ? before() : "none",
  );
  try {
    return await decide({ ...job, connection: { ...job.connection, baseUrl: proxy.baseUrl } }).then(
      () => "recorded",
      String,
    );
  } finally {
    await proxy.close();
  }
}

test("an order is accepted for the ledger that was looked at: an entry that comes meanwhile is not mixed up", async () => {
  const live = await fresh("order");
  live.write("0001_a.sql", table("a"));
  live.write("0002_b.sql", table("b"));
  await live.migrate();
  const database = databaseOf(live.job);
  await rows(database, ["UPDATE d1_migrations SET id = 9 WHERE name = '0001_a.sql'"]);
  live.write("0003_c.sql", table("c"));
  const said = await interrupted(
    live,
    async () => {
      await rows(database, ["INSERT INTO d1_migrations (name) VALUES ('0003_c.sql')", table("c")]);
      return "none";
    },
    (job) => acceptFile(job, "0001_a.sql", decision),
  );
  expect(said).toMatch(/was not recorded, and nothing was changed[\s\S]*ledger is not what it was/);
  expect(await rows(database, [ledger])).toEqual([
    [
      { id: 2, name: "0002_b.sql" },
      { id: 9, name: "0001_a.sql" },
      { id: 10, name: "0003_c.sql" },
    ],
  ]);
  await acceptFile(live.job, "0001_a.sql", decision);
  expect((await rows(database, [ledger]))[0]?.map((row) => row["name"])).toEqual([
    "0001_a.sql",
    "0002_b.sql",
    "0003_c.sql",
  ]);
});

test("the drift that was shown is taken, and no other", async () => {
  const live = await fresh("shown");
  live.write("0001_a.sql", table("a"));
  await live.migrate();
  const database = databaseOf(live.job);
  await rows(database, ["ALTER TABLE a ADD COLUMN hand TEXT"]);
  const shown = await planLive(live.job);
  await rows(database, ["CREATE TABLE unseen (x)"]);
  await expect(acceptDrift(live.job, decision, shown)).rejects.toThrow(/schema drifted since the plan/);
  expect((await planLive(live.job)).drift).toHaveLength(2);
  await acceptDrift(live.job, decision, await planLive(live.job));
  expect((await planLive(live.job)).drift).toEqual([]);
});

test("a baseline that is refused because somebody migrates leaves Alchemy's ledger where it is", async () => {
  const live = await fresh("alchemy");
  live.write("0001_a.sql", table("a"));
  const database = databaseOf(live.job);
  await rows(database, [
    table("a"),
    "CREATE TABLE d1_migrations (id TEXT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
    "INSERT INTO d1_migrations VALUES ('00001', 'a.sql', '2025-01-01')",
    ...bootstrapStatements.slice(1),
    takeLease("a run", "run 17"),
    "UPDATE _mig_lock SET expires_at = unixepoch() + 180",
  ]);
  await expect(baseline(live.job, "0001_a.sql", decision)).rejects.toThrow(/held by run 17/);
  expect(await rows(database, ["SELECT id FROM d1_migrations"])).toEqual([[{ id: "00001" }]]);
  await rows(database, ["UPDATE _mig_lock SET expires_at = 0"]);
  expect(await baseline(live.job, "0001_a.sql", decision)).toEqual(["0001_a.sql"]);
  expect(await rows(database, [ledger, "SELECT id FROM _mig_alchemy"])).toEqual([
    [{ id: 1, name: "0001_a.sql" }],
    [{ id: "00001" }],
  ]);
});

test("an edit is taken only while the files still make the live schema, and what was taken is its content", async () => {
  const live = await fresh("edited");
  live.write("0001_a.sql", table("a"));
  live.write("0002_b.sql", table("b"));
  await live.migrate();
  const database = databaseOf(live.job);
  live.write("0001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY, more TEXT);\n");
  await expect(acceptFile(live.job, "0001_a.sql", decision)).rejects.toThrow(
    /another schema than the database has[\s\S]*column more \(TEXT\) is only in the files[\s\S]*db new test\/edited/,
  );
  live.write("0001_a.sql", `${table("a")}INSERT INTO nobody VALUES (1);\n`);
  await expect(acceptFile(live.job, "0001_a.sql", decision)).rejects.toThrow(
    /does not run as it is now[\s\S]*0001_a\.sql:2[\s\S]*no such table: nobody/,
  );
  // What somebody took as it was before is no reason to refuse a comment.
  live.write("0001_a.sql", table("a"));
  await rows(database, ["ALTER TABLE b ADD COLUMN hand TEXT"]);
  await acceptDrift(live.job, decision, await planLive(live.job));
  live.write("0001_a.sql", `-- a comment\n${table("a")}`);
  expect(await acceptFile(live.job, "0001_a.sql", decision)).toBeUndefined();
  expect((await planLive(live.job)).refusals).toEqual([]);
  live.write("0001_a.sql", `-- another comment\n${table("a")}`);
  expect((await planLive(live.job)).refusals.map(({ what }) => what)).toEqual([
    "0001_a.sql was edited after it was applied",
  ]);
});

test("where another file fails on an empty database an edit cannot be compared, and that is said", async () => {
  const live = await fresh("uncompared");
  live.write("0001_a.sql", table("a"));
  await live.migrate();
  await rows(databaseOf(live.job), [
    "CREATE TABLE wide (x)",
    "INSERT INTO d1_migrations (name) VALUES ('0002_wide.sql')",
  ]);
  live.write("0002_wide.sql", "ALTER TABLE old_wide RENAME TO wide;\n");
  live.write("0001_a.sql", `-- a comment\n${table("a")}`);
  expect(await acceptFile(live.job, "0001_a.sql", decision)).toMatch(
    /^0002_wide\.sql:1 fails on an empty database \(no such table: old_wide\)$/,
  );
});

test("a lost answer is called unknown, a rate limit is waited for", async () => {
  const live = await fresh("lost");
  live.write("0001_a.sql", table("a"));
  await live.migrate();
  appendFileSync(join(live.job.directory, "0001_a.sql"), "-- a comment\n");
  const lost = await interrupted(
    live,
    async () => "dropAnswer",
    (job) => acceptFile(job, "0001_a.sql", decision),
  );
  expect(lost).toMatch(/not known whether the decision was recorded[\s\S]*just db status/);
  appendFileSync(join(live.job.directory, "0001_a.sql"), "-- another\n");
  let asked = 0;
  const limited = await interrupted(
    live,
    async () => (++asked === 1 ? "429" : "none"),
    (job) => acceptFile(job, "0001_a.sql", decision),
  );
  expect([limited, asked]).toEqual(["recorded", 2]);
});

test("a reset drops all that there is, whatever refers to what, and the next run makes it anew", async () => {
  const live = await fresh("reset");
  live.write(
    "0001_all.sql",
    "CREATE TABLE p (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c (id) ON DELETE RESTRICT);\nCREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT, p INTEGER NOT NULL REFERENCES p (id));\nCREATE VIEW v AS SELECT id FROM p;\nCREATE VIRTUAL TABLE f USING fts5 (body);\n",
  );
  live.write("0002_trigger.sql", "CREATE TRIGGER t AFTER DELETE ON p BEGIN DELETE FROM c; END;\n");
  await live.migrate();
  const database = databaseOf(live.job);
  await rows(database, [
    "PRAGMA defer_foreign_keys = ON",
    "INSERT INTO p VALUES (1, 1)",
    "INSERT INTO c VALUES (1, 1)",
    "INSERT INTO f VALUES ('a word')",
    "CREATE TABLE by_hand (x)",
  ]);
  const { schema } = await readSnapshot(database);
  const held = await holding(live.job, schema);
  expect(held).toEqual({ tables: 4, rows: 3 });
  await rows(database, ["CREATE TABLE unseen (x)"]);
  await expect(empty(live.job, schema, held, decision)).rejects.toThrow(/schema drifted since the plan/);
  expect(await rows(database, ["SELECT count(*) AS n FROM p"])).toEqual([[{ n: 1 }]]);
  await empty(live.job, (await readSnapshot(database)).schema, held, decision);
  const left = await readSnapshot(database);
  expect([left.schema, left.ledger, left.log, left.meta.get("stage")]).toEqual([[], [], [], "dev"]);
  expect(await rows(database, ["SELECT name FROM sqlite_sequence WHERE name = 'c'"])).toEqual([[]]);
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0001_all.sql", "0002_trigger.sql"]);
  expect(await rows(database, ["SELECT kind, detail FROM _mig_audit"])).toEqual([
    [{ kind: "reset", detail: "3 rows of 4 tables dropped" }],
  ]);
});
