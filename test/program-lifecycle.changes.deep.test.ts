import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "./clone.ts";

/** Every kind of change that a declaration can make, one after the other on one stack: it applies, and is then no change any more. */
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

async function applies(): Promise<void> {
  const applied = await project.pulumi(up);
  expect(applied.code, applied.out).toBe(0);
  expect(applied.out).toMatch(/ (created|updated|replaced|deleted)\n/);
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

describe("bindings", () => {
  test.each([
    ["one is added", 'LEVEL: "info"', 'LEVEL: "info", META: versionMetadata()'],
    ["one is renamed", "CACHE: cache", "KV: cache"],
    ["one gets another type", 'LEVEL: "info"', 'LEVEL: json({ level: "info" })'],
    ["one differs by stage", 'LEVEL: json({ level: "info" })', 'LEVEL: perStage({ dev: "debug" })'],
    ["one is removed", ", META: versionMetadata()", ""],
    ["a service gets an entrypoint", "service(back)", 'service(back, "Orders")'],
    ["a service loses its entrypoint", 'service(back, "Orders")', "service(back)"],
    ["the last one of a worker is removed", "env: { DB: db },", "env: {},"],
    ["a worker without any gets one", "env: {},", "env: { DB: db },"],
    ["a variable becomes a number in a text", 'LEVEL: perStage({ dev: "debug" })', 'LEVEL: "3"'],
  ])("%s", async (_what, before, after) => {
    declare(before, after);
    await applies();
  });

  test("a secret is added, and rotated", async () => {
    const set = (value: string) =>
      project.pulumi([
        "config",
        "set",
        "--secret",
        "--path",
        "lockstep:secrets.key",
        value,
        "--stack",
        "dev",
      ]);
    declare('LEVEL: "3"', 'LEVEL: "3", KEY: secret("key")');
    await set("one");
    await applies();
    await set("two");
    await applies();
    expect(await env()).toEqual(["BACK", "DB", "FAILED", "FILES", "INDEX", "JOBS", "KEY", "KV", "LEVEL"]);
  });
});

describe("triggers", () => {
  test.each([
    [
      "a consumer's settings change",
      "{ queue: jobs }",
      "{ queue: jobs, batchSize: 5, maxConcurrency: 2, maxRetries: 1 }",
    ],
    ["a consumer gets a dead-letter queue", "maxRetries: 1 }", "maxRetries: 1, deadLetter: failed }"],
    ["a consumer loses its dead-letter queue", ", deadLetter: failed }", " }"],
    ["a consumer's limit goes", ", maxConcurrency: 2", ""],
    ["a consumer is removed", "consumes: [{ queue: jobs, batchSize: 5, maxRetries: 1 }]", "consumes: []"],
    ["a consumer is added", "consumes: []", "consumes: [{ queue: jobs }]"],
    ["a queue's own settings change", 'queue("jobs")', 'queue("jobs", { deliveryDelaySeconds: 5 })'],
    [
      "a queue's settings go back to their defaults",
      'queue("jobs", { deliveryDelaySeconds: 5 })',
      'queue("jobs")',
    ],
  ])("%s", async (_what, before, after) => {
    declare(before, after);
    await applies();
  });

  test("crons are added, changed, not left out by mistake, and gone when the list is empty", async () => {
    declare(
      "consumes: [{ queue: jobs }]",
      'consumes: [{ queue: jobs }], crons: ["0 3 * * *", "*/5 * * * *"]',
    );
    await applies();
    expect(await schedules("api-dev")).toEqual(["0 3 * * *", "*/5 * * * *"]);
    declare('"0 3 * * *", "*/5 * * * *"', '"0 4 * * *"');
    await applies();
    expect(await schedules("api-dev")).toEqual(["0 4 * * *"]);
    declare(', crons: ["0 4 * * *"]', "");
    await expect(applies()).rejects.toThrow("would run on at Cloudflare");
    declare("consumes: [{ queue: jobs }]", "consumes: [{ queue: jobs }], crons: []");
    await applies();
    expect(await schedules("api-dev")).toEqual([]);
    declare(", crons: []", "");
    await applies();
    expect(await schedules("api-dev")).toEqual([]);
  });
});

describe("workers", () => {
  const date = 'main: "workers/shop/api.js",\n  compatibilityDate: "2026-01-01",';
  test.each([
    ["the compatibility date changes", date, date.replace("01-01", "02-01")],
    [
      "flags are added",
      'compatibilityDate: "2026-02-01",',
      'compatibilityDate: "2026-02-01", compatibilityFlags: ["nodejs_compat", "nodejs_als"],',
    ],
    ["flags are removed", ' compatibilityFlags: ["nodejs_compat", "nodejs_als"],', ""],
    [
      "assets are added",
      'compatibilityDate: "2026-02-01",',
      'compatibilityDate: "2026-02-01", assets: "public",',
    ],
    ["assets are removed", ' assets: "public",', ""],
    [
      "a worker leaves its workers.dev address",
      'compatibilityDate: "2026-02-01",',
      'compatibilityDate: "2026-02-01", workersDev: false,',
    ],
    ["a worker answers there again", '"2026-02-01", workersDev: false,', '"2026-02-01",'],
    ["two workers call each other", "env: { DB: db },", "env: { DB: db, API: service((): Worker => api) },"],
    ["they do not any more", ", API: service((): Worker => api)", ""],
  ])("%s", async (_what, before, after) => {
    if (after.includes("Worker => api"))
      project.edit("src/systems/index.ts", (text) =>
        text
          .replace("versionMetadata, worker }", "versionMetadata, type Worker, worker }")
          .replace("const api =", "const api: Worker ="),
      );
    declare(before, after);
    await applies();
  });

  test("a worker is renamed at Cloudflare, but not while another binds it", async () => {
    declare('worker("back", {', 'worker("back", { physicalName: "rear{-stage}",');
    const refused = await project.pulumi(["preview", "--stack", "dev"]);
    expect(refused.code).not.toBe(0);
    expect(refused.out).toContain("Worker dome/back would be renamed");
    declare('{ physicalName: "rear{-stage}",', "{");
    declare("consumes: [{ queue: jobs }],", "consumes: [],");
    await applies();
    declare('worker("api", {', 'worker("api", { physicalName: "front{-stage}",');
    await applies();
    declare('{ physicalName: "front{-stage}",', "{");
    await applies();
    declare("consumes: [],", "consumes: [{ queue: jobs }],");
    await applies();
  });

  test("a worker goes with the binding of it", async () => {
    declare(", BACK: service(back)", "");
    declare("failed, back, api]", "failed, api]");
    await applies();
    await expect(project.api("dev", "GET", "/workers/workers/back-dev")).rejects.toThrow("404");
  });

  test("a worker that is still bound does not", async () => {
    declare('LEVEL: "3"', 'BACK: service(back), LEVEL: "3"');
    const refused = await project.pulumi(["preview", "--stack", "dev"]);
    expect(refused.out).toContain("Worker api uses a resource that its system does not list");
    declare('BACK: service(back), LEVEL: "3"', 'LEVEL: "3"');
  });
});

describe("stores", () => {
  test.each([
    ["an index gets another dimension", "dimensions: 3", "dimensions: 4"],
    [
      "an index gets metadata indexes",
      "dimensions: 4",
      'metadataIndexes: { tag: "string", year: "number" }, dimensions: 4',
    ],
    ["an index loses one of them", ', year: "number"', ""],
    ["a bucket's class changes", 'r2("files")', 'r2("files", { storageClass: "InfrequentAccess" })'],
    [
      "a bucket's class is left to the default again",
      'r2("files", { storageClass: "InfrequentAccess" })',
      'r2("files")',
    ],
    ["a database gets replicas", 'migrations/shop/db" }', 'migrations/shop/db", readReplication: "auto" }'],
    ["a namespace is renamed at Cloudflare", 'kv("cache")', 'kv("cache", { physicalName: "{stage}-cache" })'],
    ["a queue is renamed at Cloudflare", 'queue("jobs")', 'queue("jobs", { physicalName: "work{-stage}" })'],
    ["a store goes with its binding", "FILES: files, ", ""],
  ])("%s", async (_what, before, after) => {
    declare(before, after);
    if (before.startsWith("FILES")) declare("[db, files, ", "[db, ");
    await applies();
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
});
