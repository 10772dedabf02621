import { describe, expect, test } from "vitest";
import {
  d1,
  durableObject,
  kv,
  queue,
  r2,
  secret,
  service,
  system,
  type Worker,
  worker,
} from "../src/declare/index.ts";
import { dome } from "../src/systems/dome.ts";
import { accountId, deployed, settingsFor } from "./mocks.ts";

const types = {
  d1: "cloudflare:index/d1Database:D1Database",
  r2: "cloudflare:index/r2Bucket:R2Bucket",
  kv: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  queue: "cloudflare:index/queue:Queue",
  consumer: "cloudflare:index/queueConsumer:QueueConsumer",
  cron: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  route: "cloudflare:index/workersRoute:WorkersRoute",
  worker: "cloudflare:index/worker:Worker",
  version: "cloudflare:index/workerVersion:WorkerVersion",
  deployment: "cloudflare:index/workersDeployment:WorkersDeployment",
  index: "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
  migrations: "pulumi-nodejs:dynamic/lockstep:Migrations",
  target: "pulumi-nodejs:dynamic/lockstep:Target",
  first: "pulumi-nodejs:dynamic/lockstep:FirstVersion",
} as const;
const embeddedTarget = {
  kind: "embedded",
  accountId,
  accountName: "dev",
  baseUrl: "http://127.0.0.1:8787/client/v4",
  token: "t".repeat(40),
  front: "http://<worker>.<account>.localhost:8788",
} as const;
const settings = { main: "x.ts", compatibilityDate: "2026-01-01" } as const;

describe("dome", async () => {
  const dev = await deployed(settingsFor([dome]));

  test("has exactly the stores of its declaration, by their names in the stage", () => {
    const names = (type: string, key: string) =>
      dev.resources
        .filter((each) => each.type === type)
        .map(({ inputs }) => inputs[key])
        .sort();
    expect(names(types.d1, "name")).toEqual(["dome-meta-dev", "silo-dev"]);
    expect(names(types.r2, "name")).toEqual(["dome-raw-dev", "silo-content-dev"]);
    expect(names(types.index, "name")).toEqual(["dome-notes-dev"]);
    expect(names(types.queue, "queueName")).toEqual([
      "new-content-ai-dev",
      "new-content-ai-dlq-dev",
      "new-content-constellation-dev",
      "new-content-constellation-dlq-dev",
    ]);
    expect(names(types.worker, "name")).toEqual(["constellation-dev", "dome-api-dev", "silo-dev"]);
  });

  test("puts everything into one account", () => {
    for (const { type, name, inputs } of dev.resources) {
      if (type.startsWith("cloudflare:")) expect(inputs["accountId"], `${type} ${name}`).toBe(accountId);
    }
  });

  test("gives every store of D1 a read replication, so that no later plan sends null", () => {
    expect(dev.of(types.d1, "dome/silo").inputs).toMatchObject({ readReplication: { mode: "disabled" } });
  });

  test("uploads dome-api with its bindings in byte order, services in production", () => {
    expect(dev.of(types.version, "dome/dome-api").inputs["bindings"]).toEqual([
      { name: "AI", type: "ai" },
      {
        name: "CONSTELLATION",
        type: "service",
        service: "constellation-dev",
        environment: "production",
        entrypoint: "Search",
      },
      { name: "ENVIRONMENT", type: "plain_text", text: "dev" },
      { name: "LOG_LEVEL", type: "plain_text", text: "debug" },
      { name: "META", type: "d1", databaseId: "dome/dome-meta#id" },
      { name: "NEW_CONTENT_AI", type: "queue", queueName: "new-content-ai-dev" },
      { name: "NEW_CONTENT_CONSTELLATION", type: "queue", queueName: "new-content-constellation-dev" },
      { name: "RAW", type: "r2_bucket", bucketName: "dome-raw-dev" },
      { name: "SILO", type: "service", service: "silo-dev", environment: "production", entrypoint: "Notes" },
      { name: "VERSION", type: "plain_text", text: "0.1.0" },
    ]);
  });

  test("sends all requests to the new version", () => {
    expect(dev.of(types.deployment, "dome/dome-api").inputs).toMatchObject({
      scriptName: "dome-api-dev",
      strategy: "percentage",
      versions: [{ versionId: "dome/dome-api#id", percentage: 100 }],
    });
  });

  test("lets constellation take new notes off its queue, with all settings explicit", () => {
    expect(dev.of(types.consumer, "dome/constellation/new-content-constellation").inputs).toMatchObject({
      queueId: "dome/new-content-constellation#queue",
      scriptName: "constellation-dev",
      type: "worker",
      settings: { batchSize: 10, maxRetries: 5, maxWaitTimeMs: 1_000, retryDelay: 10 },
    });
  });

  test("answers the world at one address only", () => {
    const answering = dev.resources.filter(
      ({ type, inputs }) =>
        type === types.worker && JSON.stringify(inputs["subdomain"]).includes('"enabled":true'),
    );
    expect(answering.map(({ name }) => name)).toEqual(["dome/dome-api"]);
  });

  test("migrates each database from its own folder", () => {
    expect(dev.of(types.migrations, "dome/silo/expand").inputs).toMatchObject({
      databaseId: "dome/silo#id",
      directory: "migrations/dome/silo",
      phase: "expand",
      stage: "dev",
      workers: ["silo-dev"],
    });
  });

  test("records what it is and which stores it has", () => {
    expect(dev.of(types.target, "target").inputs).toMatchObject({
      target: "cloudflare",
      accountId,
      systems: { dome: { "d1 dome/silo": "silo-dev", "r2 dome/dome-raw": "dome-raw-dev" } },
    });
  });

  test("keeps the code out of the state: modules are paths from the project's root", () => {
    for (const { type, inputs } of dev.resources)
      if (type === types.version)
        expect(JSON.stringify(inputs["modules"])).toMatch(/"contentFile":"\.lockstep\/bundles\//);
  });

  test("has a guard in prod and none elsewhere", async () => {
    const isGuard = ({ type }: { type: string }): boolean => type.endsWith("lockstep:Guard");
    expect(dev.resources.filter(isGuard)).toEqual([]);
    const prod = await deployed(settingsFor([dome], { stageName: "prod" }));
    expect(prod.resources.filter(isGuard).map(({ name }) => name)).toEqual(["guard"]);
    expect(prod.of(types.d1, "dome/silo").inputs["name"]).toBe("silo");
    expect(prod.of(types.version, "dome/silo").inputs["bindings"]).toContainEqual({
      name: "LOG_LEVEL",
      type: "plain_text",
      text: "info",
    });
  });
});

test("a rollout shares the requests between the stable version and the new one", async () => {
  const stable = "7b1e5fd0-4a3c-4d65-9d5b-5fdc3f0e8f11";
  const split = async (percent: number) => {
    const run = await deployed(settingsFor([dome], { rollouts: { "dome/silo": { stable, percent } } }));
    return run.of(types.deployment, "dome/silo").inputs["versions"];
  };
  expect(await split(10)).toEqual([
    { versionId: stable, percentage: 90 },
    { versionId: "dome/silo#id", percentage: 10 },
  ]);
  expect(await split(0)).toEqual([{ versionId: stable, percentage: 100 }]);
  expect(await split(100)).toEqual([{ versionId: "dome/silo#id", percentage: 100 }]);
});

test("what goes back does so before what it calls, and what goes on after it", async () => {
  const stable = "7b1e5fd0-4a3c-4d65-9d5b-5fdc3f0e8f11";
  const order = async (percent: number) => {
    const names = ["silo", "constellation", "dome-api"];
    const rollouts = Object.fromEntries(names.map((name) => [`dome/${name}`, { stable, percent }]));
    const { resources } = await deployed(settingsFor([dome], { rollouts }));
    return resources.filter(({ type }) => type === types.deployment).map(({ name }) => name);
  };
  const forwards = await order(50);
  expect(forwards.at(-1)).toBe("dome/dome-api");
  expect(await order(0)).toEqual(["dome/dome-api", ...forwards.slice(0, -1).toReversed()]);
});

test("everything a worker can have is registered once, by its logical name", async () => {
  const [sessions, jobs, failed] = [kv("sessions"), queue("jobs"), queue("failed")];
  const rooms = worker("rooms", {
    ...settings,
    env: { ROOM: durableObject("Room"), KEY: secret("key") },
    durableObjects: { Room: {}, Old: { lifecycle: { state: "renamed", renamedTo: "Room" } } },
  });
  const api = worker("api", {
    ...settings,
    env: { KV: sessions, ROOM: durableObject("Room", () => rooms), JOBS: jobs },
    consumes: [{ queue: jobs, deadLetter: failed }],
    crons: ["0 3 * * *"],
    routes: { dev: [{ pattern: "dev.example.com/*", zoneId: "z".repeat(32) }], prod: [] },
    assets: "dist",
  });
  const run = await deployed(
    settingsFor([system("shop", [sessions, jobs, failed, rooms, api])], { secrets: { key: "value" } }),
  );
  expect(run.of(types.version, "shop/rooms").inputs["exports"]).toEqual({
    Room: { type: "durable-object", storage: "sqlite" },
    Old: { type: "durable-object", state: "renamed", renamedTo: "Room" },
  });
  expect(run.of(types.version, "shop/rooms").inputs["bindings"]).toContainEqual({
    name: "ROOM",
    type: "durable_object_namespace",
    className: "Room",
  });
  expect(run.of(types.version, "shop/api").inputs["bindings"]).toContainEqual({
    name: "ROOM",
    type: "durable_object_namespace",
    className: "Room",
    scriptName: "rooms-dev",
  });
  expect(run.of(types.version, "shop/api").inputs["assets"]).toEqual({ directory: "dist" });
  expect(run.of(types.consumer, "shop/api/jobs").inputs["deadLetterQueue"]).toBe("failed-dev");
  expect(run.of(types.cron, "shop/api").inputs["schedules"]).toEqual([{ cron: "0 3 * * *" }]);
  expect(run.of(types.route, "shop/api/dev.example.com/*").inputs).toMatchObject({
    pattern: "dev.example.com/*",
    script: "api-dev",
  });
  const urns = run.resources.map(({ type, name }) => `${type} ${name}`);
  expect(new Set(urns).size).toBe(urns.length);
});

test("workers that call each other in a cycle: the one called before its turn gets a first version to be bound", async () => {
  const a: Worker = worker("a", { ...settings, env: { B: service((): Worker => b, "Entry") } });
  const b: Worker = worker("b", { ...settings, env: { A: service(a) } });
  const run = await deployed(settingsFor([system("pair", [a, b])]));
  const firsts = run.resources.filter(({ type }) => type === types.first);
  expect(firsts).toHaveLength(1);
  expect(["pair/a/first", "pair/b/first"]).toContain(firsts[0]?.name);
  expect(run.resources.filter(({ type }) => type === types.version)).toHaveLength(2);
});

test("an existing database is taken over where the account has it, on both targets", async () => {
  const existing = "3f0c3e1e-6a2c-4d6a-8f5e-0a1b2c3d4e5f";
  const db = d1("db", { adopt: { dev: existing } });
  const shop = system("s", [db, worker("w", { ...settings, env: { DB: db } })]);
  const imported = async (more: Parameters<typeof settingsFor>[1], ids: readonly string[] = [existing]) =>
    (await deployed(settingsFor([shop], more), new Set(ids))).of(types.d1, "s/db").importId;
  expect(await imported({})).toBe(`${accountId}/${existing}`);
  expect(await imported({}, [])).toBeUndefined();
  expect(await imported({ stageName: "staging" })).toBeUndefined();
  expect(await imported({ target: embeddedTarget })).toBe(`${embeddedTarget.accountId}/${existing}`);
});

test("a store keeps the name that it has in the account", async () => {
  const files = r2("files", { physicalName: "jobmatch-ai-{stage}-avatars" });
  const run = await deployed(
    settingsFor([system("s", [files, worker("w", { ...settings, env: { FILES: files } })])]),
  );
  expect(run.of(types.r2, "s/files").inputs["name"]).toBe("jobmatch-ai-dev-avatars");
});

test("what stages share is created by the one that owns it, and referred to by the others", async () => {
  const documents = r2("documents", { shared: true });
  const shop = system("shop", [documents, worker("w", { ...settings, env: { DOCS: documents } })]);
  const bound = { name: "DOCS", type: "r2_bucket", bucketName: "documents" };
  for (const [stageName, count] of [
    ["prod", 1],
    ["staging", 0],
  ] as const) {
    const run = await deployed(settingsFor([shop], { stageName }));
    expect(run.resources.filter(({ type }) => type === types.r2)).toHaveLength(count);
    expect(run.of(types.version, "shop/w").inputs["bindings"]).toEqual([bound]);
  }
});
