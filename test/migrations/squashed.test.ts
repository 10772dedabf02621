import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { acceptDrift } from "../../src/migrations/apply/accept-drift.ts";
import { migrate } from "../../src/migrations/apply/migrate.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, type Job, planLive } from "../../src/migrations/plan/job.ts";
import { type Fault, faultProxy } from "./testing/fault-proxy.ts";
import { type LiveJob, liveJobs } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

/** What becomes of a database's ledger when files that it has were squashed. */
const { embedded, fresh } = await liveJobs();

const old: Readonly<Record<string, string>> = {
  "0001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT);\n",
  "0002_first.sql": "INSERT INTO notes (title) VALUES ('first');\n",
  "0003_index.sql": "CREATE INDEX notes_by_title ON notes (title);\n",
};
const made =
  "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT);\nCREATE INDEX notes_by_title ON notes (title);\nINSERT INTO notes (id, title) VALUES (1, 'first');\n";

/** The folder with the first files squashed; gives how to take that back. */
function squash({ job, write }: LiveJob, through = 3): void {
  const gone = readFolder(job.directory).slice(0, through);
  for (const { path } of gone) rmSync(path);
  const directives = gone.map(({ name, checksum }) => `-- d1:squashes ${name} ${checksum}\n`).join("");
  write(`000${through}_squashed.sql`, `${directives}${made}`);
}

async function appliedAll(name: string): Promise<LiveJob> {
  const live = await fresh(name);
  for (const [file, sql] of Object.entries(old)) live.write(file, sql);
  await live.migrate();
  await rows(databaseOf(live.job), ["INSERT INTO notes (title) VALUES ('a person''s')"]);
  return live;
}

const everything = [
  "SELECT name FROM d1_migrations ORDER BY id",
  "SELECT name, checksum FROM _mig_log ORDER BY name",
  "SELECT id, title FROM notes ORDER BY id",
  "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'notes' ORDER BY name",
  "SELECT seq FROM sqlite_sequence WHERE name = 'notes'",
];
const look = ({ job }: LiveJob) => rows(databaseOf(job), everything);
const agreed = ({ directory }: Job): ReadonlyMap<string, string> =>
  new Map(readFolder(directory).map((file) => [file.name, file.checksum]));

test("an up takes a squash over: one row in the ledger, one more in the log, and nothing else is touched", async () => {
  const live = await appliedAll("taken-over");
  const before = await look(live);
  squash(live);
  live.write("0004_more.sql", "ALTER TABLE notes ADD COLUMN more TEXT;\n");
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0004_more.sql"]);
  const [ledger, log, notes, , counter] = await look(live);
  expect(ledger?.map((row) => row["name"])).toEqual(["0003_squashed.sql", "0004_more.sql"]);
  expect(log?.map((row) => row["name"])).toEqual([
    "0001_notes.sql",
    "0002_first.sql",
    "0003_index.sql",
    "0003_squashed.sql",
    "0004_more.sql",
  ]);
  expect([notes, counter]).toEqual([before[2], before[4]]);
  const again = await planLive(live.job);
  expect([again.refusals, again.squash, again.expand, again.drift]).toEqual([[], undefined, [], []]);
});

test("a database with a part of the files is refused, and nothing of it changes; a new one runs the squashed file", async () => {
  const behind = await fresh("behind");
  const [[first = "", sql = ""] = []] = Object.entries(old);
  behind.write(first, sql);
  await behind.migrate();
  const before = await look(behind);
  for (const [file, text] of Object.entries(old)) behind.write(file, text);
  squash(behind);
  await expect(behind.migrate()).rejects.toThrow(/only 1 of them are applied[\s\S]*git checkout/);
  expect(await look(behind)).toEqual(before);
  const empty = await fresh("empty");
  for (const [file, text] of Object.entries(old)) empty.write(file, text);
  squash(empty);
  expect((await empty.migrate()).map(({ name }) => name)).toEqual(["0003_squashed.sql"]);
});

test("a drift that was accepted before is accepted with the squash", async () => {
  const live = await appliedAll("drifted");
  const database = databaseOf(live.job);
  await rows(database, ["ALTER TABLE notes ADD COLUMN hand TEXT"]);
  const decision = { reason: "why", actor: "somebody" };
  await acceptDrift(live.job, decision, await planLive(live.job));
  squash(live);
  await expect(live.migrate()).rejects.toThrow(/does not make the schema that the database has/);
  await acceptDrift(live.job, decision, await planLive(live.job));
  const after = await planLive(live.job);
  expect([after.refusals, after.squash, after.ledger]).toEqual([[], undefined, ["0003_squashed.sql"]]);
  expect(await live.migrate()).toEqual([]);
});

/** Whether a request is the one that swaps the rows. */
const isSwap = (body: string): boolean => /DELETE FROM \\?"d1_migrations/.test(body);

for (const fault of ["dropAnswer", "duplicate", "504AfterCommit", "reset", "429", "half"] satisfies Fault[])
  test(`the swap's request meets ${fault}: the run ends with it done once`, async () => {
    const live = await appliedAll(`fault-${fault.toLowerCase()}`);
    const before = await look(live);
    squash(live);
    let met = 0;
    const proxy = await faultProxy(embedded.api, (body) => (isSwap(body) && met++ === 0 ? fault : "none"));
    const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
    expect(await migrate(job, { phase: "expand", stage: "dev", agreed: agreed(job) })).toEqual([]);
    await proxy.close();
    expect(met).toBeGreaterThan(0);
    const [ledger, log, ...rest] = await look(live);
    expect(ledger).toEqual([{ name: "0003_squashed.sql" }]);
    expect([log?.length, rest]).toEqual([4, before.slice(2)]);
  });

for (const [when, fault, ledgerAfter] of [
  ["before", "reset", Object.keys(old)],
  ["right after", "dropAnswer", ["0003_squashed.sql"]],
] as const)
  test(`kill -9 ${when} the swap leaves the ledger whole, and the next run ends with it done`, async () => {
    const live = await appliedAll(`killed-${fault.toLowerCase()}`);
    squash(live);
    const database = databaseOf(live.job);
    let kill = (): unknown => undefined;
    const proxy = await faultProxy(embedded.api, async (body) => {
      if (!isSwap(body)) return "none";
      kill();
      return fault;
    });
    const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
    const runner = spawn(
      process.execPath,
      [join(import.meta.dirname, "testing/killed-runner.ts"), JSON.stringify(job), "never"],
      { stdio: "ignore" },
    );
    kill = () => runner.kill("SIGKILL");
    const [, signal] = await once(runner, "close");
    await proxy.close();
    expect(signal).toBe("SIGKILL");
    const [ledger] = await look(live);
    expect(ledger?.map((row) => row["name"])).toEqual(ledgerAfter);
    await rows(database, ["UPDATE _mig_lock SET expires_at = 0 WHERE id = 1"]); // the dead runner's lease ends
    await live.migrate();
    const [whole, log] = await look(live);
    expect([whole, log?.length]).toEqual([[{ name: "0003_squashed.sql" }], 4]);
  });

test("of two runs at once each ends with the swap done once, or says who has the lease", async () => {
  const live = await appliedAll("two-at-once");
  squash(live);
  const settled = await Promise.allSettled([live.migrate(), live.migrate()]);
  const errors = settled.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
  for (const each of errors) expect(each).toContain("Another run is migrating this database");
  expect(errors.length).toBeLessThan(2);
  const [ledger, log] = await look(live);
  expect([ledger, log?.length]).toEqual([[{ name: "0003_squashed.sql" }], 4]);
});

test("what was not agreed to is not taken over", async () => {
  const live = await appliedAll("not-agreed");
  squash(live);
  await expect(live.migrate({ agreed: new Map() })).rejects.toThrow(
    /0003_squashed\.sql is not what the preview showed/,
  );
  expect((await look(live))[0]).toHaveLength(3);
});
