import { expect, test, vi } from "vitest";
import { migrate } from "../../src/migrations/apply/migrate.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, type Job } from "../../src/migrations/plan/job.ts";
import { faultProxy } from "./testing/fault-proxy.ts";
import { liveJobs } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

/** Time Travel, of a real embedded D1, to moments at which a run held the lease. */
const { embedded, fresh } = await liveJobs();

async function timeTravel({ accountId, databaseId }: Job, method: string, path: string): Promise<string> {
  const response = await fetch(
    `${embedded.api}/accounts/${accountId}/d1/database/${databaseId}/time_travel/${path}`,
    { method, headers: { authorization: `Bearer ${embedded.token}` } },
  );
  const { result, success, errors } = JSON.parse(await response.text());
  expect(success, JSON.stringify(errors)).toBe(true);
  return String(result.bookmark);
}

const restore = (job: Job, bookmark: string): Promise<string> =>
  timeTravel(job, "POST", `restore?bookmark=${bookmark}`);

test("a run whose database is restored under it writes nothing any more, and the next run is not locked out", async () => {
  const live = await fresh("restored");
  live.write("0001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\n");
  live.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);\n");
  let before = "";
  let asked = 0;
  let sent = 0;
  // Right before the second file's bookmark somebody notes the same moment, and goes back to it when the file is on its way.
  const proxy = await faultProxy(embedded.api, async (body, route) => {
    if (route.includes("/time_travel/bookmark") && ++asked === 2)
      before = await timeTravel(live.job, "GET", "bookmark");
    if (!/INSERT INTO \\?"d1_migrations\\?"\(name\) VALUES \('0002_b/.test(body)) return "none";
    if (++sent === 1) await restore(live.job, before);
    return "504";
  });
  const job = { ...live.job, connection: { ...live.job.connection, baseUrl: proxy.baseUrl } };
  const agreed = new Map(readFolder(job.directory).map((file) => [file.name, file.checksum]));
  await expect(migrate(job, { phase: "expand", stage: "dev", agreed })).rejects.toThrow(
    /0002_b\.sql is not known here: .* or the database was restored/,
  );
  await proxy.close();
  expect(sent).toBe(1);
  const database = databaseOf(live.job);
  const lock = "SELECT fence, holder IS NOT NULL AS held FROM _mig_lock";
  const [ledger, [left] = []] = await rows(database, ["SELECT name FROM d1_migrations", lock]);
  expect(ledger).toEqual([{ name: "0001_a.sql" }]);
  expect((await live.migrate()).map(({ name }) => name)).toEqual(["0002_b.sql"]);
  const [[now] = []] = await rows(database, [lock]);
  expect(now).toMatchObject({ held: 0 });
  expect(Number(now?.["fence"])).toBeGreaterThan(Number(left?.["fence"]) + 1);
});

test("a restore to the recorded moment before a file: what it took back is applied again, by the next run, under a higher fence", async () => {
  const live = await fresh("moments");
  live.write("0001_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\n");
  live.write("0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);\n");
  const applied = await live.migrate();
  const database = databaseOf(live.job);
  const fences = "SELECT name, fence FROM _mig_log ORDER BY name";
  const [first] = await rows(database, [fences]);
  for (const { name, bookmarkBefore = "" } of applied.toReversed()) {
    await restore(live.job, bookmarkBefore);
    expect((await live.migrate())[0]?.name, name).toBe(name);
  }
  const [last] = await rows(database, [fences]);
  for (const [i, row] of (last ?? []).entries())
    expect(Number(row["fence"])).toBeGreaterThan(Number(first?.[i]?.["fence"]));
});
