import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Ran } from "../harness/run.ts";
import { chainFileName, writeChain } from "../src/migrations/files/chain.ts";
import { readFolder } from "../src/migrations/files/reading.ts";
import { type Clone, clone } from "./clone.ts";

/** Releases in steps, driven by the command, against the real traffic of the embedded Cloudflare. */
let project: Clone;
let visiting = true;
const visitors: Promise<void>[] = [];

/** A metric that somebody else serves, to whoever knows its key. */
const key = "the-key-of-the-shop";
let waiting = 3;
/** What happens right before the answer: a release that goes back for it finds that already. */
let meanwhile = (): void => undefined;
const metrics = createServer((request, response) => {
  meanwhile();
  const isKnown = request.headers.authorization === key;
  response.writeHead(isKnown ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify({ asked: request.url, queue: [{ waiting }] }));
});

/** Writes down what it was told, and prints a secret, which nobody may ever read. */
const hook = `const { LOCKSTEP_HOOK_AT: at, LOCKSTEP_STEP: step, LOCKSTEP_PERCENT: percent, TOKEN, CLOUDFLARE_API_TOKEN } = process.env;
require("node:fs").appendFileSync("told.txt", [at, step, percent, TOKEN.length, String(CLOUDFLARE_API_TOKEN)].join(" ") + "\\n");
console.log("token " + TOKEN);`;
const hooks = ["beforeRollout", "beforeStep", "afterRollout", "onRollback"].map(
  (at) =>
    `{ name: "${at}", at: "${at}", command: ["node", "-e", ${JSON.stringify(hook)}], secrets: { TOKEN: { env: "HOOK_TOKEN" } } }`,
);

const planAt = (port: number): string => `{ release: {
  steps: [{ percent: 50, soakSeconds: 2, approval: "somebody-looked" }, { percent: 100, soakSeconds: 1 }],
  hooks: [${hooks.join(", ")}],
  smoke: [{ worker: domeApi, path: "/nowhere", expectedStatus: 404 }],
  warmUp: { requests: [{ worker: domeApi, path: "/summaries" }], perSecond: 20, total: 10 },
  gates: [errorRate({ below: 0.05, minimumRequests: 20 }), latency({ percentile: 95, belowMs: 30_000, minimumRequests: 20, warmUpSeconds: 1 }),
    metric({ name: "summaries", limit: 1000, source: sqlSource({ database: meta, sql: "SELECT count(*) AS rows FROM summaries WHERE ?1 <> ''", params: [argument.version], reads: { value: "rows" } }) }),
    metric({ name: "waiting", limit: 10, consecutiveSuccesses: 2, source: urlSource({ url: "http://127.0.0.1:${port}/queue", query: { version: argument.version }, headers: { authorization: secret("queue-key") }, reads: { value: "/queue/0/waiting" } }) }),
    metric({ name: "invocations", limit: 0.5, dryRun: true, source: telemetrySource({ reads: { value: { operator: "count" } } }) }),
    metric({ name: "exceptions", limit: 0.9, minimumSamples: 20, critical: false, source: graphqlSource({ dataset: "WorkersInvocationsAdaptive", fields: "workersInvocationsAdaptive(limit: 1, filter: $filter) { sum { requests errors } }", filter: { scriptName: argument.script, scriptVersion: argument.version, datetime_geq: argument.from, datetime_leq: argument.to }, reads: { part: "/workersInvocationsAdaptive/0/sum/errors", whole: "/workersInvocationsAdaptive/0/sum/requests" } }) })],
  intervalSeconds: 1, ingestionSeconds: 1, patienceSeconds: 900,
} }`;

beforeAll(async () => {
  project = await clone();
  await new Promise<void>((resolve) => metrics.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.number() }).parse(metrics.address());
  project.edit("src/systems/dome.ts", (text) =>
    text
      .replace(/(export const dome = system\("dome", \[[^\]]*\])\)/, `$1, ${planAt(port)})`)
      .replace(
        /import \{/,
        'import { argument, errorRate, graphqlSource, latency, metric, secret, sqlSource, telemetrySource, urlSource } from "../declare/index.ts";\nimport {',
      ),
  );
  const unset = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(unset.out).toContain("Missing required secret 'queue-key'");
  await project.pulumi([
    "config",
    "set",
    "--secret",
    "--path",
    'lockstep:secrets["queue-key"]',
    key,
    "--stack",
    "dev",
  ]);
  const up = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(up.code, up.out).toBe(0);
  const visit = async (path: string): Promise<void> => {
    while (visiting) {
      await project.visit("dome-api-dev.dev.localhost", path).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  for (const path of ["/health", "/summaries"]) visitors.push(visit(path));
});
afterAll(async () => {
  visiting = false;
  await Promise.all(visitors);
  await new Promise((resolve) => metrics.close(resolve));
  await project.remove();
});

const deployments = z.object({
  deployments: z.array(
    z.object({ versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })) }),
  ),
});
const serving = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      deployments.parse(await project.api("dev", "GET", "/workers/scripts/dome-api-dev/deployments"))
        .deployments[0]?.versions ?? []
    ).map(({ version_id, percentage }) => [version_id, percentage]),
  );

const line = z.looseObject({ kind: z.string() });
const linesOf = (out: string) =>
  out
    .split("\n")
    .filter((each) => each.startsWith("{"))
    .map((each) => line.parse(JSON.parse(each)));
const token = "never-to-be-read-1234";
const release = (...options: readonly string[]) =>
  project.just(["release", "dev", "--yes", "--json", ...options], { HOOK_TOKEN: token });
const told = (): readonly string[] => {
  const lines = readFileSync(join(project.folder, "told.txt"), "utf8").trim().split("\n");
  rmSync(join(project.folder, "told.txt"));
  return lines;
};
const folderOfReleases = () => join(project.folder, ".lockstep", "releases", "embedded", "dev");
const newest = (): string => {
  if (!existsSync(folderOfReleases())) return "";
  const name = releasesThere(folderOfReleases()).toSorted().at(-1);
  return name === undefined ? "" : readFileSync(join(folderOfReleases(), name), "utf8");
};
/** Waits until the journal of a release says so, however slow the machine is; a release that ends before says why. */
async function untilIn(running: Promise<Ran>, journal: () => string, said: RegExp): Promise<void> {
  let end: Ran | undefined;
  void running.then((ran) => {
    end = ran;
  });
  await expect
    .poll(() => said.test(journal()) || end !== undefined, { timeout: 900_000, interval: 200 })
    .toBe(true);
  expect(journal(), end?.out).toMatch(said);
}
const noChanges = async (): Promise<void> => {
  const preview = await project.pulumi(["preview", "--expect-no-changes", "--stack", "dev"]);
  expect(preview.code, preview.out).toBe(0);
};

test("a good version is asked by hooks and requests, waits for a person, and reaches everybody step by step; the stack's state is true at the end", async () => {
  const before = Object.keys(await serving());
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("title must be", "the title must be"),
  );
  const secretless = await project.just(["release", "dev", "--yes", "--json"]);
  expect(secretless.code, secretless.out).toBe(1);
  expect(secretless.out).toContain("A secret that a release needs is not set");
  const running = release();
  await untilIn(running, newest, /"kind":"waiting"/);
  expect(Object.values(await serving()).sort()).toEqual([0, 100]);
  await noChanges();
  const status = await project.just(["status", "dev"]);
  expect(status.out).toMatch(/release \S+ waits for "somebody-looked"/);
  const unasked = await release("--approve", "nobody-looked", "--reason", "why not");
  expect(unasked.code).toBe(1);
  expect(unasked.out).toMatch(/does not wait for nobody-looked/);
  expect(unasked.out).toContain("just release dev --approve somebody-looked --reason");
  const approved = await release("--approve", "somebody-looked", "--reason", "looked");
  expect(approved.code, approved.out).toBe(0);
  const done = await running;
  expect(done.code, done.out).toBe(0);
  const lines = linesOf(done.out);
  expect(lines.map(({ kind }) => kind).filter((kind) => kind !== "measured")).toEqual([
    ...["begun", "preparing", "prepared", "smoked", "hooking", "hooked", "waiting", "wished"],
    ...["hooking", "hooked", "warming", "warmed", "deploying", "deployed", "passed"],
    ...["hooking", "hooked", "warming", "warmed", "deploying", "deployed", "passed"],
    ...["hooking", "hooked", "finished"],
  ]);
  expect(lines.find(({ kind }) => kind === "smoked")?.["asked"]).toMatchObject([
    { worker: "dome/dome-api", path: "/health", ok: true },
    { worker: "dome/dome-api", path: "/nowhere", ok: true },
  ]);
  expect(lines.find(({ kind }) => kind === "warmed")?.["workers"]).toEqual([
    { worker: "dome/dome-api", sent: 10, failed: 0 },
  ]);
  expect(lines.find(({ kind }) => kind === "hooked")?.["output"]).toBe("token ***");
  expect(done.out).not.toContain(token);
  expect(newest()).not.toContain(token);
  const secret = `${token.length} undefined`;
  expect(told()).toEqual([
    ...[`beforeRollout 0 0 ${secret}`, `beforeStep 1 50 ${secret}`, `beforeStep 2 100 ${secret}`],
    `afterRollout 2 100 ${secret}`,
  ]);
  // What its gates said: of a database what asking cost, of a URL neither its key nor what stands behind the `?`.
  expect(done.out).toMatch(/"gate":"summaries","verdict":"pass","reason":"[\d,]+; [\d,]+ rows read"/);
  expect(done.out).toContain('"gate":"waiting","verdict":"pass","reason":"3"');
  expect(done.out).not.toContain(key);
  // One on a dry run fails all the time, and is told to have no say.
  expect(done.out).toMatch(
    /"gate":"invocations","verdict":"fail","reason":"[\d,]+, above 0.5","dryRun":true/,
  );
  expect(done.out).toMatch(/"gate":"exceptions","verdict":"pass","reason":"0.00 % of [\d,]+"/);
  const now = await serving();
  expect(Object.values(now)).toEqual([100]);
  expect(Object.keys(now)).not.toEqual(before);
  await noChanges();
  project.edit("src/systems/dome.ts", (text) => text.replace(', approval: "somebody-looked"', ""));
});

test("a version that fails its smoke test meets nobody: nobody is answered by it, and its hooks hear why", async () => {
  const before = await serving();
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(
      'case "GET /health":',
      'case "GET /health":\n        return new Response("no", { status: 503 });',
    ),
  );
  const done = await release();
  expect(done.code, done.out).toBe(2);
  expect(linesOf(done.out).find(({ kind }) => kind === "aborting")?.["reason"]).toMatch(
    /smoke test: dome\/dome-api \/health: status 503, expected 2xx/,
  );
  expect(told()).toEqual([`onRollback 0 0 ${token.length} undefined`]);
  expect(await serving()).toEqual(before);
  await noChanges();
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(/\n\s*return new Response\("no", \{ status: 503 \}\);/, ""),
  );
});

const migration = "migrations/dome/meta/0099_of_another_change.sql";
const addMigration = (): void => {
  const folder = join(project.folder, dirname(migration));
  project.write(migration, "CREATE TABLE of_another_change (id INTEGER PRIMARY KEY);\n");
  writeChain(folder, readFolder(folder));
};

test("a figure of somebody else's that is beyond its limit goes back, and is told; a migration that came meanwhile does not come along", async () => {
  waiting = 11;
  const chain = readFileSync(join(project.folder, dirname(migration), chainFileName), "utf8");
  meanwhile = addMigration;
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("the title must be", "this title must be"),
  );
  const before = await serving();
  const done = await release();
  waiting = 3;
  meanwhile = () => undefined;
  expect(done.code, done.out).toBe(2);
  expect(linesOf(done.out).find(({ kind }) => kind === "aborting")?.["reason"]).toBe(
    "dome/dome-api waiting: 11, above 10",
  );
  expect(await serving()).toEqual(before);
  const { stores } = z
    .object({ stores: z.record(z.string(), z.object({ id: z.string() })) })
    .parse(JSON.parse((await project.pulumi(["stack", "output", "--json", "--stack", "dev"])).out));
  const found = await project.api("dev", "POST", `/d1/database/${stores["dome/dome-meta"]?.id}/query`, {
    sql: "SELECT name FROM sqlite_master WHERE name = 'of_another_change'",
  });
  expect(found).toMatchObject([{ results: [] }]);
  rmSync(join(project.folder, migration));
  project.write(join(dirname(migration), chainFileName), chain);
  await noChanges();
});

test("a version that fails goes back to the stable one by itself, with the figures as the reason", async () => {
  const before = await serving();
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(
      'case "GET /health":',
      'case "GET /health":\n        if (Math.random() < 0.5) return new Response("no", { status: 503 });',
    ),
  );
  const done = await release();
  expect(done.code, done.out).toBe(2);
  const lines = linesOf(done.out);
  expect(lines.at(-1)?.kind).toBe("aborted");
  expect(lines.find(({ kind }) => kind === "aborting")?.["reason"]).toMatch(
    /dome\/dome-api error-rate: \d+\.\d+ % of \d+ requests failed/,
  );
  expect(await serving()).toEqual(before);
  await noChanges();
});

const back = (...words: readonly string[]) => project.just(["rollback", "dev", ...words, "--yes"]);

test("a rollback brings the version before the last release back within a minute, and says what it rests on", async () => {
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace(/\n\s*if \(Math.random\(\) < 0.5\) return new Response\("no", \{ status: 503 \}\);/, ""),
  );
  const done = await release();
  expect(done.code, done.out).toBe(0);
  const fresh = await serving();
  const rolled = await back();
  expect(rolled.code, rolled.out).toBe(0);
  // Where even the release took longer than a minute, the machine is too slow for one, and the way back is the shorter one still.
  expect(rolled.tookMs).toBeLessThan(Math.max(60_000, done.tookMs));
  expect(rolled.out).toMatch(/dome\/dome-api on dome\/dome-meta: all \d+ statements/);
  const now = await serving();
  expect(Object.values(now)).toEqual([100]);
  expect(now).not.toEqual(fresh);
  await noChanges();
  const again = await back();
  expect(again.code).toBe(1);
  expect(again.out).toContain("There is nothing to go back to in dev");
  const { stores } = z
    .object({ stores: z.record(z.string(), z.object({ id: z.string() })) })
    .parse(JSON.parse((await project.pulumi(["stack", "output", "--json", "--stack", "dev"])).out));
  const query = (sql: string) =>
    project.api("dev", "POST", `/d1/database/${stores["dome/dome-meta"]?.id}/query`, { sql });
  await query("ALTER TABLE summaries RENAME COLUMN summary TO sentence");
  const refused = await back((Object.keys(fresh)[0] ?? "").slice(0, 8));
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/Version \w{8} of dome\/dome-api would break on today's schema/);
  expect(await serving()).toEqual(now);
  await query("ALTER TABLE summaries RENAME COLUMN sentence TO summary");
});

/** Another clone of the project with the same account and the same backend, which knows nothing of what the first one drives. */
function secondMachine(): string {
  const folder = `${project.folder}-second`;
  const own = ".lockstep";
  mkdirSync(join(folder, own), { recursive: true });
  const shared = ["embedded", "state", "bundles"];
  for (const name of readdirSync(project.folder))
    if (name !== own) symlinkSync(join(project.folder, name), join(folder, name));
  for (const name of readdirSync(join(project.folder, own)))
    if (shared.includes(name)) symlinkSync(join(project.folder, own, name), join(folder, own, name));
    else if (name !== "releases")
      cpSync(join(project.folder, own, name), join(folder, own, name), { recursive: true });
  return folder;
}

test("a driver that is killed is gone on from; meanwhile a second one and an up of anybody else are refused", async () => {
  project.edit("workers/dome/dome-api/index.ts", (text) =>
    text.replace("this title must be", "a title must be"),
  );
  const running = release();
  const folder = join(project.folder, ".lockstep", "releases", "embedded", "dev");
  const known = releasesThere(folder);
  const journal = (): string => {
    const fresh = releasesThere(folder).find((name) => !known.includes(name));
    return fresh === undefined ? "" : readFileSync(join(folder, fresh), "utf8");
  };
  await untilIn(running, journal, /"kind":"prepared"/);
  const paused = await project.just(["release", "dev", "--yes", "--pause", "--reason", "to look around"]);
  expect(paused.code, paused.out).toBe(0);
  await untilIn(running, journal, /"kind":"deployed"/);
  const second = await release();
  expect(second.code).toBe(1);
  expect(second.out).toContain("A release of dev is under way");
  const machine = secondMachine();
  const third = await project.just(["release", "dev", "--yes"], { HOOK_TOKEN: token }, machine);
  expect(third.code, third.out).toBe(1);
  expect(third.out).toMatch(
    /A release of dev is under way, begun elsewhere; nothing was changed[\s\S]*release \S+, begun by \S+@\S+ at 20/,
  );
  expect(existsSync(join(machine, ".lockstep", "releases"))).toBe(false);
  rmSync(machine, { recursive: true });
  const beside = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(beside.code).not.toBe(0);
  expect(beside.out).toMatch(/Release \S+ of dev is under way; nothing was changed/);
  await noChanges();
  const pid = Number(/process (\d+)/.exec(readFileSync(join(folder, "driver.txt"), "utf8"))?.[1]);
  process.kill(pid, "SIGKILL");
  expect((await running).code).not.toBe(0);
  // The machine is lost with its folder and its stack file: what the stack's state has is all that there is.
  const lost = `${folder}-lost`;
  renameSync(folder, lost);
  await project.pulumi(["config", "rm-all", "--stack", "dev", "lockstep:release", "lockstep:rollout"]);
  const told = await project.just(["releases", "dev", "--json"]);
  expect(recordedIn(told.out)[0]).toMatchObject({ end: "under way", from: "the state" });
  // Another change came into the folder: the release does not go on with it, and says with what.
  project.edit("src/systems/dome.ts", (text) => text.replace('r2("dome-raw")', 'r2("dome-other")'));
  const other = await release("--resume");
  expect(other.code, other.out).toBe(1);
  expect(other.out).toMatch(/The folder changed since the release began[\s\S]*is new here/);
  project.edit("src/systems/dome.ts", (text) => text.replace('r2("dome-other")', 'r2("dome-raw")'));
  const resumed = await release("--resume");
  expect(resumed.code, resumed.out).toBe(0);
  expect(Object.values(await serving())).toEqual([100]);
  await noChanges();
  // It was not lost after all: its driver may change nothing any more, and hears of the end.
  rmSync(folder, { recursive: true });
  renameSync(lost, folder);
  const late = await release("--resume");
  expect(late.code).toBe(1);
  expect(late.out).toContain("No release of dev is under way");
  expect(late.out).toContain("begin one: just release dev");
  rmSync(folder, { recursive: true });
  const all = await project.just(["releases", "dev", "--json"]);
  const [last] = recordedIn(all.out);
  expect(last).toMatchObject({ end: "finished", from: "the state" });
  expect(last?.digests["dome"]).toMatch(/^sha256:/);
  const comment = await project.just(["releases", "dev", last?.id ?? "", "--markdown"]);
  expect(comment.out).toContain("finished");
  expect(comment.out).toContain("taken over from the stack");
});

const recorded = z.array(
  z.looseObject({
    id: z.string(),
    end: z.string(),
    from: z.string(),
    digests: z.record(z.string(), z.string()),
  }),
);
/** Of what a command printed: notes stand before it. */
const recordedIn = (out: string) => recorded.parse(JSON.parse(out.slice(out.indexOf("["))));

const releasesThere = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

const config = async (): Promise<string> =>
  (await project.pulumi(["config", "--json", "--stack", "dev"])).out;

test("a release that finds nothing new ends without a note in the state", async () => {
  const done = await release();
  expect(done.code, done.out).toBe(0);
  expect(linesOf(done.out).map(({ kind }) => kind)).toEqual(["begun", "preparing", "prepared", "finished"]);
  expect(await config()).not.toMatch(/lockstep:(release|rollout)"/);
  await noChanges();
});

test("a release whose first up is refused is aborted without one; until then an up of anybody is refused", async () => {
  const { stores } = z
    .object({ stores: z.record(z.string(), z.object({ id: z.string() })) })
    .parse(JSON.parse((await project.pulumi(["stack", "output", "--json", "--stack", "dev"])).out));
  const before = await serving();
  await project.api("dev", "DELETE", `/d1/database/${stores["dome/dome-meta"]?.id}`);
  const refused = await release();
  expect(refused.code, refused.out).toBe(1);
  expect(refused.out).toMatch(/Release \S+ waits where it is/);
  const beside = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(beside.code).not.toBe(0);
  expect(beside.out).toMatch(/Release \S+ of dev is under way; nothing was changed/);
  const aborted = await release("--abort", "--reason", "the database is gone");
  expect(aborted.code, aborted.out).toBe(2);
  expect(linesOf(aborted.out).at(-1)?.kind).toBe("aborted");
  expect(await serving()).toEqual(before);
  expect(await config()).not.toMatch(/lockstep:(release|rollout)"/);
  const after = await project.just(["pulumi-up", "dev", "--yes"]);
  expect(after.code).not.toBe(0);
  expect(after.out).not.toContain("is under way");
});
