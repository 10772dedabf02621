import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { readServing } from "../../src/cloudflare/deployments.ts";
import { exchange } from "../../src/cloudflare/exchange.ts";
import { addressOf } from "../../src/cloudflare/workers-dev.ts";
import { unplaced } from "../../src/diagnostic/place.ts";
import { inPlace } from "../../src/diagnostic/sentence.ts";
import { provider } from "../../src/dynamic/migrations/migrations-provider.ts";
import { acceptFile } from "../../src/migrations/apply/accept-file.ts";
import { checkCode } from "../../src/migrations/code/code-check.ts";
import { newCodeCosts } from "../../src/migrations/cost/preview-costs.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { databaseOf, type Job, planLive } from "../../src/migrations/plan/job.ts";
import { type Fault, type FaultProxy, faultProxy } from "./testing/fault-proxy.ts";
import { type LiveJob, liveJob } from "./testing/live-job.ts";

// Many requests and processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 300_000 });

/** What a step of migrations asks about the code that is deployed, and about the database itself, before it does anything. */
let embedded: Embedded;
const jobs: LiveJob[] = [];
const proxies: FaultProxy[] = [];
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  for (const each of jobs) each.remove();
  for (const each of proxies) await each.close();
  await embedded.close();
});

/** A database with a table of notes, and a worker of its own that asks it `sql` at each visit. */
async function fresh(name: string): Promise<LiveJob & { deploy: (sql: string) => Promise<string> }> {
  const live = await liveJob(embedded, name);
  jobs.push(live);
  live.write("0001_notes.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, email TEXT);\n");
  await live.migrate();
  const { job } = live;
  return {
    ...live,
    async deploy(sql) {
      const form = new FormData();
      const bindings = [{ name: "DB", type: "d1", id: job.databaseId }];
      const metadata = { main_module: "w.js", compatibility_date: "2026-01-01", bindings };
      form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
      const code = `export default { fetch: async (_, { DB }) => Response.json(await DB.prepare(${JSON.stringify(sql)}).all()) }`;
      form.set("w.js", new Blob([code], { type: "application/javascript+module" }), "w.js");
      const script = `${embedded.api}/accounts/${job.accountId}/workers/scripts/${name}`;
      const headers = { authorization: `Bearer ${embedded.token}` };
      const put = await fetch(script, { method: "PUT", headers, body: form });
      expect(put.status, await put.text()).toBe(200);
      const enabled = JSON.stringify({ enabled: true });
      await fetch(`${script}/subdomain`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: enabled,
      });
      const [serving] = await readServing(job.connection, job.accountId, [name]);
      return serving?.versions[0]?.id ?? "";
    },
  };
}

async function visit({ job }: LiveJob, name: string): Promise<void> {
  const address = await addressOf(job.connection, job.accountId, name);
  const answer = await exchange(address, { timeoutMs: 30_000 });
  expect(answer).toMatchObject({ status: 200 });
}

const drop = '-- d1:phase contract\n-- d1:data-loss "unused"\nALTER TABLE notes DROP COLUMN email;\n';
const check = async (job: Job, workers: readonly string[]): ReturnType<typeof checkCode> =>
  checkCode(await planLive({ ...job, opened: { through: "9999" } }), { root: job.directory, workers, job });

test("a column that the deployed version was seen to read is not dropped, though nobody wrote a corpus; one that it does not read is", async () => {
  const live = await fresh("reader");
  expect(await check(live.job, ["reader"])).toMatchObject({ refusals: [], coverage: undefined });
  live.write("0002_drop_email.sql", drop);
  const before = await live.deploy("SELECT email FROM notes");
  expect(await check(live.job, ["reader", "never-deployed"])).toMatchObject({
    refusals: [],
    coverage: `none recorded of reader@${before.slice(0, 8)}, none in corpus/test`,
  });
  await visit(live, "reader");
  const { refusals } = await check(live.job, ["reader"]);
  expect(refusals).toMatchObject([
    {
      what: `reader@${before.slice(0, 8)} would break: no such column: email`,
      where: "migrations/0002_drop_email.sql",
      expected: `every known statement to work (1 statement recorded of reader@${before.slice(0, 8)}, none in corpus/test)`,
    },
  ]);
  const after = await live.deploy("SELECT title FROM notes");
  await visit(live, "reader");
  expect(await check(live.job, ["reader"])).toMatchObject({
    refusals: [],
    coverage: `1 statement recorded of reader@${after.slice(0, 8)}, none in corpus/test`,
  });
});

test("what failed before the pending files did is not their doing", async () => {
  const live = await fresh("broken-already");
  await live.deploy("SELECT email FROM notes");
  await visit(live, "broken-already");
  await rows(databaseOf(live.job), ["ALTER TABLE notes RENAME COLUMN email TO mail"]);
  live.write("0002_more.sql", "ALTER TABLE notes ADD COLUMN more TEXT;\n");
  const plan = { ...(await planLive(live.job)), refusals: [] };
  expect(
    (await checkCode(plan, { root: live.job.directory, workers: ["broken-already"], job: live.job }))
      .refusals,
  ).toEqual([]);
});

test("code that comes without a file is told what is new in it and reads all of a large table, once something is known of what runs", async () => {
  const live = await fresh("alone");
  const { job } = live;
  const many =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) SELECT i FROM n";
  await rows(databaseOf(job), [`INSERT INTO notes (title, email) SELECT 'title', i FROM (${many})`]);
  const seen = "SELECT title FROM notes";
  const statements = [seen, "SELECT id FROM notes WHERE email = ?", "SELECT id FROM notes WHERE id = ?"].map(
    (sql) => ({
      worker: "alone",
      databases: ["alone"],
      forms: [{ sql, file: "w.ts", line: 1, column: 1, complete: true, unresolved: [], ways: {} }],
    }),
  );
  const written = { folders: {}, workers: [{ worker: "alone", statements, elsewhere: 0 }] };
  const told = async (): Promise<readonly string[]> =>
    (await newCodeCosts({ root: job.directory, workers: ["alone"], job, written })).map((line) =>
      inPlace(line, unplaced()).trim(),
    );
  await live.deploy(seen);
  expect(await told()).toEqual([]);
  await visit(live, "alone");
  const line =
    "warning cost: alone reads all rows of notes (about 1,200) each time, it is new: SELECT id FROM notes WHERE email = ?";
  expect(await told()).toEqual([line, expect.stringContaining("db advise")]);
  live.write("0002_more.sql", "ALTER TABLE notes ADD COLUMN more TEXT;\n");
  // Its plan says it.
  expect(await told()).toEqual([]);
});

/** The job through a proxy that answers the question about statements in this way. */
async function where(job: Job, fault: Fault): Promise<{ job: Job; asked: () => number }> {
  let count = 0;
  const proxy = await faultProxy(embedded.api, (_body, route) => {
    if (!route.includes("/lockstep/statements")) return "none";
    count++;
    return fault;
  });
  proxies.push(proxy);
  return { job: { ...job, connection: { ...job.connection, baseUrl: proxy.baseUrl } }, asked: () => count };
}

test("an account that records nothing is told so, and asked once, when something is pending", async () => {
  const live = await fresh("real");
  const { job, asked } = await where(live.job, "noRoute");
  expect(await check(job, ["real"])).toMatchObject({ refusals: [], coverage: undefined });
  expect(asked()).toBe(0);
  live.write("0002_drop_email.sql", drop);
  expect(await check(job, ["real"])).toMatchObject({
    refusals: [],
    coverage: "this account records nothing, so only corpus/test is known: none",
  });
  expect(asked()).toBe(1);
});

test("an answer that does not come is no answer: nothing goes on as if the code were known", async () => {
  const live = await fresh("silent");
  live.write("0002_drop_email.sql", drop);
  const { job } = await where(live.job, "504");
  await expect(check(job, ["silent"])).rejects.toThrow(/D1 did not answer/);
});

/** The provider asks as it does for a real account: address and token are in the environment. */
function asProvider({ job }: LiveJob): Record<string, unknown> {
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  vi.stubEnv("CLOUDFLARE_BASE_URL", embedded.api);
  vi.stubEnv("CLOUDFLARE_API_TOKEN", embedded.token);
  const { accountId, databaseId, label, directory } = job;
  return {
    accountId,
    databaseId,
    label,
    directory,
    phase: "expand",
    stage: "dev",
    workers: [],
    versions: {},
  };
}

test("a contract that was opened for a version does not run while the one before it serves, alone", async () => {
  const live = await fresh("rolled-back");
  live.write("0002_drop_email.sql", drop);
  const opened = await live.deploy("SELECT title FROM notes");
  const versions = { "rolled-back": opened };
  const opening = { through: "0002_drop_email.sql", openedAt: "2026-01-01T00:00:00Z", versions };
  const given = { ...asProvider(live), phase: "contract", workers: ["rolled-back"], versions, opening };
  expect(await provider.check(undefined, given)).toMatchObject({ failures: [] });
  // The stack knows nothing of it: somebody rolled back with another tool.
  const back = await live.deploy("SELECT email FROM notes");
  const { failures } = await provider.check(undefined, given);
  expect(failures.map(({ reason }) => reason)).toEqual([
    expect.stringContaining(
      `rolled-back is served by ${back.slice(0, 8)}, and the contract was opened for ${opened.slice(0, 8)}`,
    ),
  ]);
  await expect(
    provider.update("id", {}, { ...given, files: { "0002_drop_email.sql": "sha256:x contract, 1 stmt: y" } }),
  ).rejects.toThrow(/may not run now/);
});

test("a contract that ran is not held against a rollback, which has to be mended by an up", async () => {
  const live = await fresh("ran-before");
  const opened = await live.deploy("SELECT title FROM notes");
  const versions = { "ran-before": opened };
  const opening = { through: "0001_notes.sql", openedAt: "2026-01-01T00:00:00Z", versions };
  live.write(
    "0001_notes.sql",
    "-- d1:phase contract\nCREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, email TEXT);\n",
  );
  await acceptFile(live.job, "0001_notes.sql", { reason: "its phase", actor: "a test" });
  await live.deploy("SELECT 1");
  const given = { ...asProvider(live), phase: "contract", workers: ["ran-before"], versions, opening };
  expect(await provider.check(undefined, given)).toMatchObject({ failures: [] });
});

test("files that a restore took back are pending again, whatever the state says", async () => {
  const live = await fresh("restored");
  const { job } = live;
  const api = `${embedded.api}/accounts/${job.accountId}/d1/database/${job.databaseId}/time_travel`;
  const headers = { authorization: `Bearer ${embedded.token}` };
  const { result } = JSON.parse(await (await fetch(`${api}/bookmark`, { headers })).text());
  live.write("0002_more.sql", "ALTER TABLE notes ADD COLUMN more TEXT;\n");
  const given = asProvider(live);
  const { inputs } = await provider.check(undefined, given);
  const { outs } = await provider.create(inputs);
  const changes = async (): Promise<boolean> => {
    const checked = await provider.check(outs, given);
    return (await provider.diff("id", outs, checked.inputs)).changes;
  };
  expect(await changes()).toBe(false);
  await fetch(`${api}/restore?bookmark=${result.bookmark}`, { method: "POST", headers });
  expect(await changes()).toBe(true);
  await provider.update("id", outs, (await provider.check(outs, given)).inputs);
  expect(await rows(databaseOf(job), ["SELECT more FROM notes"])).toEqual([[]]);
  expect(await changes()).toBe(false);
});

test("a preview refuses a database that is marked for another stage", async () => {
  const live = await fresh("marked");
  const given = { ...asProvider(live), stage: "prod" };
  const { failures } = await provider.check(undefined, given);
  expect(failures.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/belongs to another stage[\s\S]*marked as "dev", this run is for "prod"/),
  ]);
});

test("a refresh after the database was deleted by hand forgets the step, and does not fail on it", async () => {
  const live = await fresh("deleted");
  const given = asProvider(live);
  const id = `${live.job.databaseId}/expand`;
  expect(await provider.read(id, given)).toMatchObject({ id, props: { applied: 1 } });
  await fetch(`${embedded.api}/accounts/${live.job.accountId}/d1/database/${live.job.databaseId}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${embedded.token}` },
  });
  expect(await provider.read(id, given)).toEqual({ id: "", props: {} });
});
