import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";
import { rounds } from "./declared-changes.ts";

/**
 * Every kind of change that a declaration can make, on one stack: it applies, and is then no change any more. What has nothing to
 * do with each other is changed in one go: every round is three runs of the engine.
 */
let project: Clone;
beforeAll(async () => {
  project = await clone();
  for (const folder of ["migrations/shop", "workers/shop", "public"])
    mkdirSync(join(project.folder, folder), { recursive: true });
  mkdirSync(join(project.folder, "migrations/shop/db"));
  project.write("migrations/shop/db/0001_create_orders.sql", "CREATE TABLE orders (id TEXT PRIMARY KEY);\n");
  project.write("public/index.html", "<h1>shop</h1>\n");
  project.write("workers/shop/api.js", worker);
  project.write("workers/shop/back.js", worker);
  project.write("src/systems/index.ts", system);
  const lint = await project.just(["db", "lint", "--update"]);
  expect(lint.code, lint.out).toBe(0);
  const first = await project.pulumi(up);
  expect(first.code, first.out).toBe(0);
});
afterAll(() => project.remove());

const worker = `
import { WorkerEntrypoint } from "cloudflare:workers";
export class Orders extends WorkerEntrypoint { list() { return []; } }
export default { fetch: (request, env) => Response.json(Object.keys(env).sort()), queue() {}, scheduled() {} };
`;
const system = `
import { d1, json, kv, perStage, queue, r2, secret, service, type System, system, vectorize, versionMetadata, worker } from "../declare/index.ts";
const db = d1("db", { migrations: "migrations/shop/db" });
const files = r2("files");
const cache = kv("cache");
const index = vectorize("index", { dimensions: 3, metric: "cosine" });
const jobs = queue("jobs");
const failed = queue("failed");
const back = worker("back", {
  main: "workers/shop/back.js", compatibilityDate: "2026-01-01", workersDev: false,
  env: { DB: db },
});
const api = worker("api", {
  main: "workers/shop/api.js",
  compatibilityDate: "2026-01-01",
  env: { DB: db, FILES: files, CACHE: cache, INDEX: index, JOBS: jobs, FAILED: failed, BACK: service(back), LEVEL: "info" },
  consumes: [{ queue: jobs }],
});
export const systems: readonly System[] = [system("dome", [db, files, cache, index, jobs, failed, back, api])];
void [json, perStage, secret, versionMetadata];
`;

const up = ["up", "--yes", "--skip-preview", "--stack", "dev"];
const refresh = ["refresh", "--yes", "--skip-preview", "--stack", "dev"];
const unchanged = ["preview", "--expect-no-changes", "--diff", "--stack", "dev"];

/** Replaces one text of the declaration by another; both are there exactly once. */
const declare = (before: string, after: string): void =>
  project.edit("src/systems/index.ts", (text) => {
    expect(text.split(before), before).toHaveLength(2);
    return text.replace(before, () => after);
  });

/** Brings up what is declared now; every resource that is named is among what changes. */
async function applies(...resources: readonly string[]): Promise<void> {
  const applied = await project.pulumi(up);
  expect(applied.code, applied.out).toBe(0);
  const changed = applied.out
    .split("\n")
    .filter((line) => / (created|updated|replaced|deleted)\b/.test(line));
  for (const resource of resources)
    expect(
      changed.some((line) => line.includes(` ${resource} `)),
      `${resource} in:\n${applied.out}`,
    ).toBe(true);
  expect(changed).not.toEqual([]);
  const refreshed = await project.pulumi(refresh);
  expect(refreshed.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  const preview = await project.pulumi(unchanged);
  expect(preview.code, preview.out).toBe(0);
}

const env = async (): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse((await project.visit("api-dev.dev.localhost", "/")).text));
const schedules = async (script: string): Promise<readonly string[]> =>
  z
    .object({ schedules: z.array(z.object({ cron: z.string() })) })
    .parse(await project.api("dev", "GET", `/workers/scripts/${script}/schedules`))
    .schedules.map(({ cron }) => cron);

test.each(
  rounds.map((changes) => [changes.map(({ what }) => what).join("; "), changes] as const),
)("%s", async (_what, changes) => {
  for (const { from, to } of changes) {
    if (to.includes("Worker => api"))
      project.edit("src/systems/index.ts", (text) =>
        text
          .replace("versionMetadata, worker }", "versionMetadata, type Worker, worker }")
          .replace("const api =", "const api: Worker ="),
      );
    declare(from, to);
    if (from.startsWith("FILES")) declare("[db, files, ", "[db, ");
  }
  await applies(...changes.map(({ resource }) => resource));
});

test("crons are not left out by mistake, and gone when their list is empty; a secret is added, and rotated", async () => {
  const set = (value: string) =>
    project.pulumi(["config", "set", "--secret", "--path", "lockstep:secrets.key", value, "--stack", "dev"]);
  expect(await schedules("api-dev")).toEqual(["0 4 * * *"]);
  declare(', crons: ["0 4 * * *"]', "");
  const refused = await project.pulumi(up);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("would run on at Cloudflare");
  declare("consumes: [{ queue: jobs }]", "consumes: [{ queue: jobs }], crons: []");
  declare('LEVEL: "3"', 'LEVEL: "3", KEY: secret("key")');
  await set("one");
  await applies("cloudflare:index:WorkersCronTrigger dome/api", "cloudflare:index:WorkerVersion dome/api");
  expect(await schedules("api-dev")).toEqual([]);
  declare(", crons: []", "");
  declare("consumes: [{ queue: jobs }],", "consumes: [],");
  await set("two");
  await applies("cloudflare:index:WorkerVersion dome/api");
  expect(await schedules("api-dev")).toEqual([]);
  expect(await env()).toEqual(["BACK", "DB", "FAILED", "INDEX", "JOBS", "KEY", "KV", "LEVEL"]);
});

test("a worker is renamed at Cloudflare, but not while another binds it; another goes with the binding of it", async () => {
  declare('worker("back", {', 'worker("back", { physicalName: "rear{-stage}",');
  const refused = await project.pulumi(["preview", "--stack", "dev"]);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain("Worker dome/back would be renamed");
  declare('{ physicalName: "rear{-stage}",', "{");
  declare('worker("api", {', 'worker("api", { physicalName: "front{-stage}",');
  await applies("cloudflare:index:Worker dome/api");
  declare('{ physicalName: "front{-stage}",', "{");
  await applies("cloudflare:index:Worker dome/api");
  declare("consumes: [],", "consumes: [{ queue: jobs }],");
  declare(", BACK: service(back)", "");
  declare("failed, back, api]", "failed, api]");
  await applies("cloudflare:index:Worker dome/back");
  await expect(project.api("dev", "GET", "/workers/workers/back-dev")).rejects.toThrow("404");
});

test("a worker that is still bound does not go", async () => {
  declare('LEVEL: "3"', 'BACK: service(back), LEVEL: "3"');
  const refused = await project.pulumi(["preview", "--stack", "dev"]);
  expect(refused.out).toContain("Worker api uses a resource that its system does not list");
  declare('BACK: service(back), LEVEL: "3"', 'LEVEL: "3"');
});

test("a folder of migrations moves", async () => {
  renameSync(join(project.folder, "migrations/shop/db"), join(project.folder, "migrations/shop/orders"));
  declare("migrations/shop/db", "migrations/shop/orders");
  const preview = await project.pulumi(unchanged);
  expect(preview.code, preview.out).toBe(0);
});

test.each([
  [
    "a database under another name",
    'd1("db", {',
    'd1("db", { physicalName: "other{-stage}",',
    "d1 dome/db would be exchanged for another, empty one",
  ],
  ["a system under another name", 'system("dome"', 'system("store"', "There is no such system"],
])("%s is refused", async (_what, before, after, message) => {
  declare(before, after);
  const refused = await project.pulumi(["preview", "--stack", "dev"]);
  expect(refused.code).not.toBe(0);
  expect(refused.out).toContain(message);
  declare(after, before);
});
