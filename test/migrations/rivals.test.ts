import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Embedded } from "../../embedded/start.ts";
import { migrate } from "../../src/migrations/apply/migrate.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import { accounts, type Counted, counted } from "./testing/counted.ts";
import { type Fault, faultProxy } from "./testing/fault-proxy.ts";
import { type LiveJob, liveJob } from "./testing/live-job.ts";
import { applyCounted, countedFiles, violations } from "./testing/schedule.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

let embedded: Embedded;
let world: Counted;
const jobs: LiveJob[] = [];
beforeAll(async () => {
  world = await counted();
  embedded = world.embedded;
});
afterAll(async () => {
  for (const each of jobs) each.remove();
  await world.close();
});

async function fresh(name: string): Promise<LiveJob> {
  const made = await liveJob(embedded, name);
  jobs.push(made);
  return made;
}

const sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1);\n";

test("of two runs at once one is told who holds the lease and for how long; the file is applied once", async () => {
  const live = await fresh("two-runs");
  live.write("0001_notes.sql", sql);
  let rival: Promise<unknown> | undefined;
  // Under its lease the first run waits for the second one to be refused, however slow this machine is.
  const proxy = await faultProxy(embedded.api, async (): Promise<Fault> => {
    await rival;
    return "none";
  });
  const first = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const applied = await migrate(first, {
    phase: "expand",
    stage: "dev",
    agreed: new Map(readFolder(first.directory).map((file) => [file.name, file.checksum])),
    onStep: (step) => {
      if (step === "replan")
        rival = expect(live.migrate()).rejects.toThrow(/held by stage dev, .* for 1?\d?\d s more/);
    },
  });
  await proxy.close();
  expect(applied.map(({ name }) => name)).toEqual(["0001_notes.sql"]);
  expect(rival).toBeDefined();
  await rival;
  expect(await rows(databaseOf(live.job), ["SELECT count(*) AS n FROM notes"])).toEqual([[{ n: 1 }]]);
  expect(await live.migrate()).toEqual([]);
});

test("two runs that begin at the same moment, ten times: each file once, and whoever lost says so", async () => {
  for (let round = 0; round < 10; round++) {
    const live = await fresh(`same-moment-${round}`);
    live.write("0001_notes.sql", sql);
    const settled = await Promise.allSettled([live.migrate(), live.migrate()]);
    const errors = settled.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
    for (const each of errors) expect(each).toContain("Another run is migrating this database");
    expect(errors.length).toBeLessThan(2);
    expect(
      await rows(databaseOf(live.job), ["SELECT count(*) AS n FROM notes", "SELECT name FROM d1_migrations"]),
    ).toEqual([[{ n: 1 }], [{ name: "0001_notes.sql" }]]);
  }
});

const files = countedFiles(3);

/** Whether a request is one of the protocol's own reads and writes of lease, ledger and schema, and no migration. */
const isSmall = (body: string): boolean =>
  /_mig_lock|sqlite_schema/.test(body) && !/INSERT INTO \\?"d1_migrations/.test(body);

const storms: readonly (readonly [string, readonly Fault[]])[] = [
  ["429", ["429"]],
  ["504", ["504", "504AfterCommit"]],
  ["resets", ["reset", "dropAnswer"]],
  [
    "everything",
    ["429", "504", "504AfterCommit", "reset", "dropAnswer", "duplicate", "transientAfterCommit"],
  ],
  ["half answers", ["half", "wordless"]],
];

for (const [name, faults] of storms) {
  test(`a storm of ${name} on the lease and the snapshot reads delays, and breaks nothing`, async () => {
    const endpoint = await world.database();
    let asked = 0;
    let hit = 0;
    const proxy = await faultProxy(endpoint.baseUrl, (body) => {
      if (!isSmall(body) || ++asked % 4 === 0) return "none"; // three of four fail
      return faults[hit++ % faults.length] ?? "none";
    });
    try {
      const database = {
        ...queryDatabase({ ...endpoint, baseUrl: proxy.baseUrl }, "storm"),
        sleep: async () => {},
      };
      await applyCounted(database, files, {});
    } finally {
      await proxy.close();
    }
    expect(hit).toBeGreaterThan(10);
    expect(await violations(endpoint, files, accounts)).toEqual([]);
  });
}

test("a request that D1 never carries out is given up after three times, and says what to do about a file that takes too long", async () => {
  const endpoint = await world.database();
  let claims = 0;
  const proxy = await faultProxy(endpoint.baseUrl, (body) => {
    if (!/INSERT INTO \\?"d1_migrations/.test(body)) return "none";
    claims++;
    return "504";
  });
  const database = {
    ...queryDatabase({ ...endpoint, baseUrl: proxy.baseUrl }, "endless"),
    sleep: async () => {},
  };
  await expect(applyCounted(database, files, {})).rejects.toThrow(
    /0001_step\.sql was sent 3 times and never carried out[\s\S]*Gateway timeout[\s\S]*d1:transport import/,
  );
  await proxy.close();
  expect(claims).toBe(3);
  await applyCounted(queryDatabase(endpoint, "endless"), files, {});
  expect(await violations(endpoint, files, accounts)).toEqual([]);
});

test("answers that get lost do not make the canaries say that the database is not safe", async () => {
  const live = await fresh("canaries");
  live.write("0001_notes.sql", sql);
  const faults: readonly Fault[] = ["504", "wordless", "reset", "half"];
  let sung = 0;
  const proxy = await faultProxy(embedded.api, (body) => {
    if (!/_mig_canary|canary sings|SELECT 1;/.test(body)) return "none";
    return ++sung % 2 === 1 ? (faults[(sung - 1) / 2] ?? "none") : "none";
  });
  const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const agreed = new Map(readFolder(job.directory).map((file) => [file.name, file.checksum]));
  const applied = await migrate(job, { phase: "expand", stage: "dev", agreed });
  await proxy.close();
  expect(sung).toBeGreaterThan(7);
  expect(applied.map(({ name }) => name)).toEqual(["0001_notes.sql"]);
});

test("a storm that does not end is told, and nothing was applied", async () => {
  const live = await fresh("endless");
  live.write("0001_notes.sql", sql);
  const proxy = await faultProxy(embedded.api, () => "504");
  const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const options = { phase: "expand", stage: "dev", agreed: new Map<string, string>() } as const;
  await expect(migrate(job, options)).rejects.toThrow(/D1 did not answer[\s\S]*nothing is applied twice/);
  await proxy.close();
  expect(
    await rows(databaseOf(live.job), ["SELECT count(*) AS n FROM sqlite_schema WHERE name = 'notes'"]),
  ).toEqual([[{ n: 0 }]]);
});

test("a lease that ends in mid-batch lets nobody write under the old fence: the next run goes on behind", async () => {
  for (const [at, name] of ["bookmark", "send", "readBack", "renew"].entries()) {
    const endpoint = await world.database();
    const direct = queryDatabase(endpoint, name);
    const database = { ...direct, sleep: async () => {} };
    let pass = 0;
    let taken: Promise<unknown> | undefined;
    const first = applyCounted(
      {
        ...database,
        run: async (statements) => {
          await taken;
          return database.run(statements);
        },
      },
      files,
      {
        onStep: (step) => {
          if (step !== name || pass++ !== 1) return;
          // The second file: its lease ends, and somebody else applies all the rest before this run goes on.
          taken = direct
            .run(['UPDATE "_mig_lock" SET expires_at = 0 WHERE id = 1'])
            .then(() => applyCounted(database, files, {}));
        },
      },
    );
    const outcome = await first.then(
      () => "went on",
      (error: unknown) => String(error),
    );
    expect(taken, `${name} was never reached`).toBeDefined();
    await taken;
    expect(outcome, `${at} ${name}`).toMatch(/lease|applied by somebody else|went on/i);
    expect(await violations(endpoint, files, accounts), name).toEqual([]);
  }
});
