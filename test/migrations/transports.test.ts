import { expect, test, vi } from "vitest";
import { migrate } from "../../src/migrations/apply/migrate.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { isMigrator } from "../../src/migrations/database/migrator.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import { takeLease } from "../../src/migrations/protocol/lease.ts";
import { type Fault, faultProxy } from "./testing/fault-proxy.ts";
import { type LiveJob, liveJobs } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

const { embedded, fresh } = await liveJobs();

const scripts = async ({ job }: LiveJob): Promise<string[]> => {
  const response = await fetch(`${embedded.api}/accounts/${job.accountId}/workers/scripts`, {
    headers: { authorization: `Bearer ${embedded.token}` },
  });
  return JSON.parse(await response.text()).result.map(({ id }: { id: string }) => id);
};

const trigger = `CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT);
CREATE TABLE log (what TEXT);
CREATE TRIGGER noted AFTER INSERT ON notes BEGIN
  INSERT INTO log VALUES (CASE WHEN new.title IS NULL THEN 'untitled' ELSE new.title END);
END;
`;

test("a file with a trigger runs in a Worker that is there for the run alone", async () => {
  const live = await fresh("triggered");
  live.write("0001_log.sql", trigger);
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0001_log.sql"]);
  expect(await scripts(live)).toEqual([]);
  const database = databaseOf(live.job);
  await rows(database, ["INSERT INTO notes(title) VALUES ('a'), (NULL)"]);
  expect(await rows(database, ["SELECT what FROM log"])).toEqual([[{ what: "a" }, { what: "untitled" }]]);
  expect(await live.migrate()).toEqual([]);
});

test("the same file for /query is refused by the lint, as it would be by the splitter that Cloudflare has", async () => {
  const live = await fresh("untriggered");
  live.write("0001_log.sql", `-- d1:transport query\n${trigger}`);
  await expect(live.migrate()).rejects.toThrow(/D1a: the header asks for \/query/);
  expect(await databaseOf(live.job).run([trigger.replace("BEGIN", "begin")])).toMatchObject({
    kind: "refused",
    code: 7500,
    message: expect.stringContaining("incomplete input"),
  });
});

test("a failing statement in a Worker's batch takes the whole file back, and the Worker is removed", async () => {
  const live = await fresh("broken");
  live.write("0001_log.sql", trigger);
  await live.migrate();
  live.write(
    "0002_more.sql",
    "-- d1:transport migrator\nCREATE TABLE half (a);\nINSERT INTO notes (id) VALUES (1), (1);\n",
  );
  await expect(live.migrate()).rejects.toThrow(/UNIQUE constraint failed: notes\.id/);
  expect(
    await rows(databaseOf(live.job), [
      "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'",
      "SELECT name FROM d1_migrations",
    ]),
  ).toEqual([[{ n: 0 }], [{ name: "0001_log.sql" }]]);
  expect(await scripts(live)).toEqual([]);
});

test("a Worker that cannot be removed is told behind what stopped the file, and the next run removes it", async () => {
  const live = await fresh("left-behind");
  live.write("0001_log.sql", trigger);
  await live.migrate();
  await rows(databaseOf(live.job), ["INSERT INTO notes (id) VALUES (77)"]);
  const second = "-- d1:transport migrator\nINSERT INTO notes (id) VALUES (77);\n";
  live.write("0002_more.sql", second);
  const proxy = await faultProxy(embedded.api, (_body, route) =>
    /^DELETE .*lockstep-migrator/.test(route) ? "504" : "none",
  );
  const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const agreed = new Map(readFolder(job.directory).map((file) => [file.name, file.checksum]));
  const failed = await migrate(job, { phase: "expand", stage: "dev", agreed }).catch(String);
  await proxy.close();
  expect(failed).toMatch(
    /0002_more\.sql was rolled back[\s\S]*UNIQUE[\s\S]*migrator Worker could not be removed/,
  );
  expect(await scripts(live)).toHaveLength(1);
  live.write("0002_more.sql", second.replace("77", "78"));
  await live.migrate();
  expect(await scripts(live)).toEqual([]);
});

test("a run whose Worker the next run removed is told that it was overtaken, not that its file is wrong", async () => {
  const live = await fresh("overtaken");
  live.write("0001_log.sql", trigger);
  live.write("0002_more.sql", "-- d1:transport migrator\nCREATE TABLE more (a);\n");
  let bookmarks = 0;
  // Before the second file this run stands still, and another one takes lease and Worker.
  const proxy = await faultProxy(embedded.api, async (_body, route): Promise<Fault> => {
    if (!route.includes("/time_travel/bookmark") || ++bookmarks !== 2) return "none";
    await rows(databaseOf(live.job), [
      "UPDATE _mig_lock SET expires_at = 0",
      takeLease("the next", "the next run"),
    ]);
    for (const script of await scripts(live))
      await fetch(`${embedded.api}/accounts/${live.job.accountId}/workers/scripts/${script}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${embedded.token}` },
      });
    return "none";
  });
  const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const agreed = new Map(readFolder(job.directory).map((file) => [file.name, file.checksum]));
  await expect(migrate(job, { phase: "expand", stage: "dev", agreed })).rejects.toThrow(
    /The lease was lost while migrating[\s\S]*before 0002_more\.sql[\s\S]*another run took over/,
  );
  await proxy.close();
  expect(await rows(databaseOf(live.job), ["SELECT name FROM d1_migrations"])).toEqual([
    [{ name: "0001_log.sql" }],
  ]);
});

test("no other Worker is removed, whatever somebody writes into the database", () => {
  expect(
    ["lockstep-migrator-0a1b2c3d-4e5f6071", "dome-api", "lockstep-migrator-/../dome-api"].map(isMigrator),
  ).toEqual([true, false, false]);
});

test("a file that asks for it goes through /import, once, and leaves nothing when it fails", async () => {
  const live = await fresh("imported");
  live.write(
    "0001_bulk.sql",
    `-- d1:transport import\nCREATE TABLE bulk (id INTEGER PRIMARY KEY);\n${Array.from({ length: 200 }, (_, i) => `INSERT INTO bulk VALUES (${i});`).join("\n")}\n`,
  );
  await live.migrate();
  const database = databaseOf(live.job);
  expect(await rows(database, ["SELECT count(*) AS n FROM bulk", "SELECT name FROM _mig_log"])).toEqual([
    [{ n: 200 }],
    [{ name: "0001_bulk.sql" }],
  ]);
  live.write(
    "0002_bulk.sql",
    "-- d1:transport import\nINSERT INTO bulk VALUES (1000);\nINSERT INTO bulk VALUES (1);\n",
  );
  await expect(live.migrate()).rejects.toThrow(/UNIQUE constraint failed: bulk\.id/);
  expect(
    await rows(database, ["SELECT count(*) AS n FROM bulk", "SELECT count(*) AS n FROM d1_migrations"]),
  ).toEqual([[{ n: 200 }], [{ n: 1 }]]);
});

const imports: readonly (readonly [string, Fault, readonly Fault[]])[] = [
  ["the first answers to its polls", "stillActive", ["504", "reset", "none"]],
  ["the answer of its ingest", "dropAnswer", []],
  ["D1's memory of it", "stillActive", ["notImporting"]],
];

for (const [what, ingest, polls] of imports)
  test(`an import that loses ${what} is looked up in the ledger, and never called rolled back`, async () => {
    const live = await fresh(`import-${what.replaceAll(/\W+/g, "-").toLowerCase()}`);
    live.write(
      "0001_bulk.sql",
      "-- d1:transport import\nCREATE TABLE bulk (id INTEGER PRIMARY KEY);\nINSERT INTO bulk VALUES (1);\n",
    );
    let polled = 0;
    const proxy = await faultProxy(embedded.api, (body) => {
      if (body.includes('"action":"ingest"')) return ingest;
      return body.includes('"action":"poll"') ? (polls[polled++] ?? "none") : "none";
    });
    const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
    const agreed = new Map(readFolder(job.directory).map((file) => [file.name, file.checksum]));
    const applied = await migrate(job, { phase: "expand", stage: "dev", agreed });
    await proxy.close();
    expect(polled).toBe(polls.length);
    expect(applied.map(({ name }) => name)).toEqual(["0001_bulk.sql"]);
    expect(
      await rows(databaseOf(live.job), ["SELECT count(*) AS n FROM bulk", "SELECT name FROM _mig_log"]),
    ).toEqual([[{ n: 1 }], [{ name: "0001_bulk.sql" }]]);
  });
