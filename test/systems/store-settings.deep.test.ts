import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Clone, clone } from "../clone.ts";

/** One system with every setting that a store can have; each test goes on from where the one before it left the stack. */
let project: Clone;
/** Stands for a database: says back what it hears. */
const database = createServer((socket) => socket.on("error", () => socket.destroy()).pipe(socket));
let databasePort = 0;
/** What was in the account before the system: it is taken over. */
let failedId = "";
beforeAll(async () => {
  database.listen(0, "127.0.0.1");
  await once(database, "listening");
  const address = database.address();
  databasePort = typeof address === "object" && address !== null ? address.port : 0;
  project = await clone({ systems: ["shelf"], prepare: () => undefined });
  await project.api("dev", "POST", "/r2/buckets", { name: "shelf-old-dev" });
  const failed = await project.api("dev", "POST", "/queues", { queue_name: "shelf-failed-dev" });
  failedId = z.object({ queue_id: z.string() }).parse(failed).queue_id;
  project.edit(
    "src/systems/index.ts",
    () => `import { shelf } from "./shelf.ts";\nexport const systems = [shelf];\n`,
  );
  project.write(
    "workers/shelf.ts",
    `export default { async fetch(request, env) {
  const { readable, writable } = env.SHOP.connect();
  const writer = writable.getWriter();
  await writer.write(new TextEncoder().encode("tide"));
  const { value } = await readable.getReader().read();
  const { user, password, database, connectionString } = env.SHOP;
  const { protocol } = new URL(connectionString);
  return Response.json({ user, password, database, protocol, answer: new TextDecoder().decode(value) });
} };
`,
  );
});
afterAll(async () => {
  database.close();
  await project.remove();
});

interface Declared {
  readonly bucket?: string;
  readonly queue?: string;
  readonly hyperdrive?: string;
}

/** Writes the system, with these options of its stores. */
const declare = ({ bucket = "", queue = "", hyperdrive = "" }: Declared): void =>
  project.write(
    "src/systems/shelf.ts",
    `import { d1, hyperdrive, perStage, queue, secret, r2, system, worker } from "../declare/index.ts";
const files = r2("shelf-files", { ${bucket} });
const failed = queue("shelf-failed", { adopt: { dev: "${failedId}" } });
const old = r2("shelf-old", { adopt: { dev: "shelf-old-dev" } });
const jobs = queue("shelf-jobs", { ${queue} });
const db = d1("shelf-db", { jurisdiction: "us" });
const shop = hyperdrive("shelf-shop", {
  origin: {
    host: perStage({ dev: "127.0.0.1" }),
    port: ${databasePort},
    database: "shop",
    user: "ann",
    password: secret("shop-password"),
  },
  ${hyperdrive}
});
const api = worker("shelf", {
  main: "workers/shelf.ts",
  compatibilityDate: "2026-06-01",
  env: { FILES: files, JOBS: jobs, FAILED: failed, OLD: old, DB: db, SHOP: shop },
});
export const shelf = system("shelf", [files, old, failed, jobs, db, shop, api]);
`,
  );

const up = async (...more: string[]): Promise<string> => {
  const { code, out } = await project.pulumi(["up", "--yes", "--skip-preview", "--stack", "dev", ...more]);
  expect(code, out).toBe(0);
  return out;
};

async function expectSettled(): Promise<void> {
  expect(await up()).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  const refresh = await project.pulumi(["refresh", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(refresh.out).toMatch(/Resources:\n {4}\d+ unchanged\n/);
  expect(await up()).toMatch(/Resources:\n {4}\d+ unchanged\n/);
}

const bucket = "/r2/buckets/shelf-files-dev";
const queueSettings = `paused: true, pullConsumer: { visibilityTimeoutMs: 5_000, deadLetter: failed }`;
const queueId = async (): Promise<string> =>
  z
    .array(z.object({ queue_id: z.string(), queue_name: z.string() }))
    .parse(await get("/queues"))
    .find(({ queue_name }) => queue_name === "shelf-jobs-dev")?.queue_id ?? "";
const get = (path: string): Promise<unknown> => project.api("dev", "GET", path);

const bucketSettings = `
  cors: [{ origins: ["https://app.example.com"], methods: ["GET", "PUT"], headers: ["content-type"], maxAgeSeconds: 600 }],
  lifecycle: [
    { id: "logs", prefix: "logs/", expire: { afterDays: 30 } },
    { id: "cold", infrequentAccess: { on: "2030-01-01" } },
  ],
  lock: [{ id: "invoices", prefix: "invoices/", retain: { forDays: 10 } }, { id: "proof", prefix: "proof/", retain: "indefinitely" }],
  managedDomain: true,
  customDomains: { dev: [{ domain: "files.example.com", zoneId: "023e105f4ecef8ad9ca31a8372d0c353" }] },`;

test("all that is declared of the stores is there after an up, which says what will be deleted", async () => {
  declare({ bucket: bucketSettings, queue: queueSettings });
  const without = await project.pulumi(["preview", "--stack", "dev"]);
  expect(without.out).toContain("Missing required secret 'shop-password'");
  await project.pulumi([
    ...["config", "set", "--secret", "--path", "lockstep:secrets.shop-password", "p@ss/word"],
    ...["--stack", "dev"],
  ]);
  const preview = await project.pulumi(["preview", "--stack", "dev"]);
  const warning =
    "shelf/shelf-files: lifecycle rule logs deletes every object under logs/ 30 days after it was written, also what is there already";
  expect(preview.out).toContain(warning);
  expect(await up()).toContain(warning);
  expect(await get(`/queues/${failedId}`)).toMatchObject({ queue_name: "shelf-failed-dev" });
  expect(await get("/queues")).toHaveLength(2);
  expect(await get(`${bucket}/cors`)).toEqual({
    rules: [
      {
        allowed: { origins: ["https://app.example.com"], methods: ["GET", "PUT"], headers: ["content-type"] },
        maxAgeSeconds: 600,
      },
    ],
  });
  expect(await get(`${bucket}/lifecycle`)).toEqual({
    rules: [
      {
        id: "logs",
        enabled: true,
        conditions: { prefix: "logs/" },
        deleteObjectsTransition: { condition: { type: "Age", maxAge: 2_592_000 } },
      },
      {
        id: "cold",
        enabled: true,
        conditions: { prefix: "" },
        storageClassTransitions: [
          { condition: { type: "Date", date: "2030-01-01T00:00:00Z" }, storageClass: "InfrequentAccess" },
        ],
      },
      {
        id: "Default Multipart Abort Rule",
        enabled: true,
        conditions: { prefix: "" },
        abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604_800 } },
      },
    ],
  });
  expect(await get(`${bucket}/lock`)).toEqual({
    rules: [
      {
        id: "invoices",
        enabled: true,
        prefix: "invoices/",
        condition: { type: "Age", maxAgeSeconds: 864_000 },
      },
      { id: "proof", enabled: true, prefix: "proof/", condition: { type: "Indefinite" } },
    ],
  });
  expect(await get(`${bucket}/domains/managed`)).toMatchObject({ enabled: true });
  expect(await get(`${bucket}/domains/custom`)).toMatchObject({
    domains: [{ domain: "files.example.com", enabled: true, minTLS: "1.0" }],
  });
  const jobs = `/queues/${await queueId()}`;
  expect(await get(jobs)).toMatchObject({ settings: { delivery_paused: true } });
  expect(await get(`${jobs}/consumers`)).toMatchObject([
    {
      type: "http_pull",
      dead_letter_queue: "shelf-failed-dev",
      settings: { batch_size: 5, max_retries: 3, retry_delay: 0, visibility_timeout_ms: 5_000 },
    },
  ]);
  expect(await get("/hyperdrive/configs")).toMatchObject([
    {
      name: "shelf-shop-dev",
      origin: { scheme: "postgres", host: "127.0.0.1", database: "shop", user: "ann" },
      caching: { disabled: false, max_age: 60, stale_while_revalidate: 15 },
      origin_connection_limit: 60,
    },
  ]);
  expect(JSON.parse((await project.visit("shelf-dev.dev.localhost", "/")).text)).toEqual({
    user: "ann",
    password: "p@ss/word",
    database: "shop",
    protocol: "postgres:",
    answer: "tide",
  });
  expect(await get("/d1/database")).toMatchObject([{ name: "shelf-db-dev", jurisdiction: "us" }]);
});

test("a second up has nothing to do, nor has one after a refresh", expectSettled);

test("a changed rule takes effect, and the warning is about what is new alone", async () => {
  declare({
    bucket: bucketSettings
      .replace("afterDays: 30", "afterDays: 7")
      .replace('["GET", "PUT"]', '["GET"]')
      .replace("forDays: 10", "forDays: 20"),
    queue: "pullConsumer: {}",
    hyperdrive: "caching: false, connectionLimit: 10,",
  });
  expect(await up()).toContain("deletes every object under logs/ 7 days after");
  expect(await get(`${bucket}/lifecycle`)).toMatchObject({
    rules: [{ deleteObjectsTransition: { condition: { maxAge: 604_800 } } }, { id: "cold" }, {}],
  });
  expect(await get(`${bucket}/cors`)).toMatchObject({ rules: [{ allowed: { methods: ["GET"] } }] });
  expect(await get(`${bucket}/lock`)).toMatchObject({
    rules: [{ condition: { maxAgeSeconds: 1_728_000 } }, { id: "proof" }],
  });
  const jobs = `/queues/${await queueId()}`;
  await project.api("dev", "POST", `${jobs}/messages`, { body: { job: 1 } });
  expect(await project.api("dev", "POST", `${jobs}/messages/pull`, {})).toMatchObject({
    messages: [{ body: Buffer.from('{"job":1}').toString("base64") }],
  });
  expect(await get(`${jobs}/consumers`)).toMatchObject([{ settings: { visibility_timeout_ms: 30_000 } }]);
  expect(await get("/hyperdrive/configs")).toMatchObject([
    { caching: { disabled: true }, origin_connection_limit: 10 },
  ]);
  declare({ bucket: bucketSettings.replace("afterDays: 30", "afterDays: 7") });
  expect(await up()).not.toContain("deletes every object");
});

test("what is taken out of the declaration is taken away", async () => {
  declare({});
  expect(await up()).toMatch(/ - \d+ deleted/);
  await expect(get(`${bucket}/cors`)).rejects.toThrow("10059");
  expect(await get(`${bucket}/lifecycle`)).toMatchObject({ rules: [{ id: "Default Multipart Abort Rule" }] });
  expect(await get(`${bucket}/lock`)).toEqual({ rules: [] });
  expect(await get(`${bucket}/domains/managed`)).toMatchObject({ enabled: false });
  expect(await get(`${bucket}/domains/custom`)).toEqual({ domains: [] });
  expect(await get(`/queues/${await queueId()}/consumers`)).toEqual([]);
  await expectSettled();
});

test("a destroy takes everything away but what was taken over", async () => {
  declare({ bucket: bucketSettings });
  await up();
  const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview", "--stack", "dev"]);
  expect(destroy.code, destroy.out).toBe(0);
  expect(await get("/r2/buckets")).toMatchObject({ buckets: [{ name: "shelf-old-dev" }] });
});
