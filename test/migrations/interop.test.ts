import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test, vi } from "vitest";
import { wranglerProject } from "../../embedded/contract/testing/wrangler.ts";
import { unplaced } from "../../src/diagnostic/place.ts";
import { inPlace } from "../../src/diagnostic/sentence.ts";
import { baseline, infer } from "../../src/migrations/apply/baseline.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { writeChain } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, planLive } from "../../src/migrations/plan/job.ts";
import { split } from "../../src/migrations/sql/split.ts";
import { squash } from "../../src/migrations/squash/squash.ts";
import { type LiveJob, liveJobs } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

const { embedded, fresh } = await liveJobs();

/** Real wrangler on the job's own folder. */
async function d1Migrations({ job }: LiveJob, command: "list" | "apply", name: string): Promise<string> {
  const folder = join(job.directory, "app");
  mkdirSync(folder, { recursive: true });
  const database = { binding: "DB", database_name: name, database_id: job.databaseId, migrations_dir: ".." };
  writeFileSync(
    join(folder, "wrangler.json"),
    JSON.stringify({ name: "app", compatibility_date: "2026-01-01", d1_databases: [database] }),
  );
  const project = wranglerProject(embedded, job.accountId, folder);
  const printed = await project.succeeds("d1", "migrations", command, name, "--remote");
  expect(project.outside()).toEqual([]);
  return printed;
}

/** Everything of the ledger that wrangler sees, but the times. */
const ledger = async ({ job }: LiveJob): Promise<unknown> =>
  rows(databaseOf(job), [
    "SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'd1_migrations' ORDER BY type, name",
    "SELECT id, name, typeof(applied_at) AS type, length(applied_at) AS length FROM d1_migrations ORDER BY id",
    "SELECT seq FROM sqlite_sequence WHERE name = 'd1_migrations'",
  ]);

const first =
  "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);\nINSERT INTO notes (title) VALUES ('a;b');\n";
const second = "ALTER TABLE notes ADD COLUMN language TEXT;\n";
const third = "CREATE INDEX notes_by_title ON notes (title);\n";

test("wrangler and Lockstep take turns on one ledger, whoever begins, and it is the same to the byte", async () => {
  const theirs = await fresh("theirs");
  theirs.write("0001_notes.sql", first);
  await d1Migrations(theirs, "apply", "theirs");
  theirs.write("0002_language.sql", second);
  const plan = await planLive(theirs.job);
  expect(plan.adopted.map(({ name }) => name)).toEqual(["0001_notes.sql"]);
  expect(plan.expand.map(({ file }) => file.name)).toEqual(["0002_language.sql"]);
  expect((await theirs.migrate()).map(({ name }) => name)).toEqual(["0002_language.sql"]);
  expect(await d1Migrations(theirs, "list", "theirs")).toContain("No migrations to apply");

  const ours = await fresh("ours");
  ours.write("0001_notes.sql", first);
  await ours.migrate();
  ours.write("0002_language.sql", second);
  const listed = await d1Migrations(ours, "list", "ours");
  expect(listed).toContain("0002_language.sql");
  expect(listed).not.toContain("0001_notes.sql");
  await d1Migrations(ours, "apply", "ours");
  expect((await planLive(ours.job)).adopted.map(({ name }) => name)).toEqual(["0002_language.sql"]);
  ours.write("0003_index.sql", third);
  theirs.write("0003_index.sql", third);
  expect((await ours.migrate()).map(({ name }) => name)).toEqual(["0003_index.sql"]);
  expect((await theirs.migrate()).map(({ name }) => name)).toEqual(["0003_index.sql"]);
  expect(await ledger(ours)).toEqual(await ledger(theirs));

  const known = (await readSnapshot(databaseOf(ours.job))).log;
  expect(known.map(({ name, checksum }) => `${name} ${checksum.startsWith("adopted:")}`)).toEqual([
    "0001_notes.sql false",
    "0002_language.sql true",
    "0003_index.sql false",
  ]);
});

test("files that wrangler alone applied are squashed: before an up wrangler would run them anew and fails, after it has nothing to do", async () => {
  const live = await fresh("squashed");
  live.write("0001_notes.sql", first);
  live.write("0002_language.sql", second);
  await d1Migrations(live, "apply", "squashed");
  const files = readFolder(live.job.directory);
  const text = squash({ files, name: "0002_squashed.sql", path: "0002_squashed.sql", date: "2026-11-30" });
  for (const { path } of files) rmSync(path);
  live.write("0002_squashed.sql", text);
  await expect(d1Migrations(live, "apply", "squashed")).rejects.toThrow(/table .*notes.* already exists/);
  expect((await planLive(live.job)).squash?.isLogged).toBe(false);
  expect(await live.migrate()).toEqual([]);
  expect(await d1Migrations(live, "list", "squashed")).toContain("No migrations to apply");
  const { ledger: names, log } = await readSnapshot(databaseOf(live.job));
  expect([names, log.map(({ checksum }) => checksum)]).toEqual([
    ["0002_squashed.sql"],
    [`adopted:${readFolder(live.job.directory)[0]?.checksum}`],
  ]);
});

test("a row that somebody deleted from the ledger comes back in its place, with the next file", async () => {
  const live = await fresh("lost-row");
  live.write("0001_notes.sql", first);
  live.write("0002_language.sql", second);
  await live.migrate();
  await rows(databaseOf(live.job), [`DELETE FROM d1_migrations WHERE name = '0001_notes.sql'`]);
  live.write("0003_index.sql", third);
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0003_index.sql"]);
  expect((await readSnapshot(databaseOf(live.job))).ledger).toEqual([
    "0001_notes.sql",
    "0002_language.sql",
    "0003_index.sql",
  ]);
  expect(await d1Migrations(live, "list", "lost-row")).toContain("No migrations to apply");
});

test("a file that wrangler applied in another wording than the folder's is drift, not history", async () => {
  const live = await fresh("other-words");
  live.write("0001_notes.sql", first);
  await rows(databaseOf(live.job), [
    'CREATE TABLE "d1_migrations"(\n\t\tid         INTEGER PRIMARY KEY AUTOINCREMENT,\n\t\tname       TEXT UNIQUE,\n\t\tapplied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL\n)',
    "INSERT INTO d1_migrations (name) VALUES ('0001_notes.sql')",
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)",
  ]);
  const { refusals } = await planLive(live.job);
  expect(refusals).toHaveLength(1);
  expect(refusals[0]?.got).toContain("column title: TEXT in the files, TEXT NOT NULL in the database");
  await expect(live.migrate()).rejects.toThrow(/ledger lists files whose schema the database does not have/);
});

const pieces = (path: string): readonly string[] =>
  split(readFileSync(path, "utf8")).pieces.map(({ sql }) => sql);
const fixture = "src/migrations/testing/taco";
const pasts: Readonly<Record<string, readonly string[]>> = {
  "raw SQL": [],
  Alchemy: [
    "CREATE TABLE d1_migrations (id TEXT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
    "INSERT INTO d1_migrations VALUES ('00001', 'billing.sql', '2025-01-01'), ('00002', 'credits.sql', '2025-01-02')",
  ],
  drizzle: [
    "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)",
    "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('abc', 1), ('def', 2)",
  ],
};

for (const [past, own] of Object.entries(pasts)) {
  test(`taco's billing database with a past of ${past} is adopted once, with its data, and goes on from there`, async () => {
    const live = await fresh(`taco-${past.toLowerCase().replace(" ", "-")}`);
    const { job } = live;
    const database = databaseOf(job);
    for (const { path } of readFolder("src/migrations/testing/histories/taco/billing"))
      copyFileSync(path, join(job.directory, basename(path)));
    writeChain(job.directory, readFolder(job.directory));
    await rows(database, [
      ...pieces(`${fixture}/0002_billing_schema.sql`),
      ...pieces(`${fixture}/0003_credits_schema.sql`),
      "INSERT INTO usage (id, user_id, resource, month, created_at) VALUES ('u', 'me', 'r', '2025-01', 1)",
      ...own,
    ]);
    const [refusal] = (await planLive(job)).refusals;
    expect(refusal?.what).toBe("The database has a history that is not in the ledger");
    expect(inPlace(refusal?.fix ?? "", unplaced())).toContain("--infer");
    const { schema } = await readSnapshot(database);
    expect(infer(readFolder(job.directory), schema)).toEqual({
      through: "0002_create_credits.sql",
      dataOnly: [],
    });
    const decision = { reason: "its past", actor: "somebody" };
    expect(await baseline(job, "0002_create_credits.sql", decision)).toHaveLength(2);
    await expect(baseline(job, "0002_create_credits.sql", decision)).rejects.toThrow(/has a ledger already/);
    live.write("0003_note.sql", "ALTER TABLE usage ADD COLUMN note TEXT;\n");
    expect((await live.migrate()).map(({ name }) => name)).toEqual(["0003_note.sql"]);
    const aside = past === "Alchemy" ? ["00001", "00002"] : [];
    const kept = await rows(database, [
      "SELECT user_id, note FROM usage",
      "SELECT count(*) AS n FROM sqlite_schema WHERE name = '_mig_alchemy'",
      ...(aside.length > 0 ? ["SELECT id FROM _mig_alchemy ORDER BY id"] : []),
    ]);
    expect(kept).toEqual([
      [{ user_id: "me", note: null }],
      [{ n: aside.length > 0 ? 1 : 0 }],
      ...(aside.length > 0 ? [aside.map((id) => ({ id }))] : []),
    ]);
    expect((await planLive(job)).refusals).toEqual([]);
  });
}
