import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { call, upload, visit } from "./testing/call.ts";

let embedded: Embedded;
let client: Cloudflare;
let account_id: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account_id = embedded.accounts[0]?.id ?? "";
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
});
afterAll(() => embedded.close());

const code =
  "export default { fetch(request, env) { return new Response([env.GREETING, env.KEY].join(' ')) } }";
const modules = [
  {
    name: "a.js",
    content_type: "application/javascript+module",
    content_base64: Buffer.from(code).toString("base64"),
  },
];

test("the official client verifies its token and finds its accounts", async () => {
  expect((await client.user.tokens.verify()).status).toBe("active");
  const names: string[] = [];
  for await (const account of client.accounts.list({ per_page: 2 })) names.push(account.name);
  expect(names).toEqual(["dev", "staging", "prod"]);
  expect((await client.accounts.get({ account_id })).name).toBe("dev");
});

test("the official client makes a Worker, a version and a deployment, and reads them back as they were sent", async () => {
  const workers = client.workers.beta.workers;
  const worker = await workers.create({
    account_id,
    name: "made",
    tags: ["a"],
    subdomain: { enabled: true },
    observability: { enabled: true, logs: { head_sampling_rate: 0.5 } },
  });
  expect(worker).toMatchObject({
    name: "made",
    tags: ["a"],
    logpush: false,
    tail_consumers: [],
    deployed_on: null,
  });
  expect(worker.observability).toMatchObject({
    enabled: true,
    head_sampling_rate: 1,
    logs: { head_sampling_rate: 0.5, invocation_logs: true, persist: true, destinations: [] },
    traces: { destinations: [] },
  });

  const sent = {
    account_id,
    main_module: "a.js",
    modules,
    compatibility_date: "2026-07-01",
    compatibility_flags: ["nodejs_compat"],
    limits: { cpu_ms: 40 },
    annotations: { "workers/message": "hello", "workers/tag": "v1" },
    bindings: [
      { type: "secret_text" as const, name: "KEY", text: "hush" },
      { type: "plain_text" as const, name: "GREETING", text: "hi" },
      { type: "json" as const, name: "JSON", json: { deep: [1, 2] } },
    ],
  };
  const version = await workers.versions.create(worker.id, sent);
  expect(version).toMatchObject({
    number: 1,
    main_module: "a.js",
    limits: { cpu_ms: 40 },
    compatibility_flags: ["nodejs_compat"],
    usage_model: "standard",
    source: "api",
  });
  expect(version.annotations).toEqual({ ...sent.annotations, "workers/triggered_by": "upload" });
  expect(version.bindings).toEqual([
    { type: "plain_text", name: "GREETING", text: "hi" },
    { type: "json", name: "JSON", json: { deep: [1, 2] } },
    { type: "secret_text", name: "KEY" },
  ]);
  const read = await workers.versions.get(version.id, {
    account_id,
    worker_id: worker.id,
    include: "modules",
  });
  expect(read.modules).toEqual(modules);
  expect({ ...read, modules: undefined }).toEqual({ ...version, modules: undefined });
  expect("placement" in read || "migrations" in read || "cache_options" in read).toBe(false);

  const deployment = await client.workers.scripts.deployments.create("made", {
    account_id,
    strategy: "percentage",
    versions: [{ version_id: version.id, percentage: 100 }],
    annotations: { "workers/message": "go" },
  });
  expect(deployment.annotations).toMatchObject({ "workers/message": "go" });
  expect(await visit(embedded, "made")).toBe("200 hi hush");
  expect(
    (await client.workers.scripts.deployments.get(deployment.id, { account_id, script_name: "made" }))
      .versions,
  ).toEqual([{ version_id: version.id, percentage: 100 }]);
  expect((await workers.get(worker.id, { account_id })).deployed_on).toBe(deployment.created_on);
});

test("the official client edits, lists and deletes Workers; what is not said stays or takes its default", async () => {
  const workers = client.workers.beta.workers;
  const worker = await workers.create({ account_id, name: "second", tags: ["x"], logpush: true });
  const path = `/accounts/${account_id}/workers/workers/${worker.id}`;
  const edited = await call(embedded, "PATCH", path, { tags: ["y"] });
  expect(edited.result).toMatchObject({ tags: ["y"], logpush: true, name: "second" });
  const replaced = await workers.update(worker.id, { account_id, name: "renamed" });
  expect(replaced).toMatchObject({ id: worker.id, name: "renamed", tags: [], logpush: false });
  const names: string[] = [];
  for await (const found of workers.list({ account_id, per_page: 1 })) names.push(found.name);
  expect(names).toEqual(["made", "renamed"]);
  await workers.delete(worker.id, { account_id });
  await expect(workers.get(worker.id, { account_id })).rejects.toMatchObject({ status: 404 });
  await expect(workers.delete(worker.id, { account_id })).rejects.toMatchObject({ status: 404 });
});

test("the official client reads a script's settings, content, secrets, schedules and subdomain", async () => {
  const script = { account_id };
  const settings = await client.workers.scripts.settings.get("made", script);
  expect(settings).toMatchObject({ logpush: false, tags: ["a"] });
  const bindings = await client.workers.scripts.scriptAndVersionSettings.get("made", script);
  expect(bindings.bindings?.map(({ name }) => name)).toEqual(["GREETING", "JSON", "KEY"]);
  expect(bindings.placement).toEqual({});
  await client.workers.scripts.secrets.update("made", {
    account_id,
    name: "KEY",
    text: "rotated",
    type: "secret_text",
  });
  expect(await visit(embedded, "made")).toBe("200 hi rotated");
  const secrets: unknown[] = [];
  for await (const secret of client.workers.scripts.secrets.list("made", script)) secrets.push(secret);
  expect(secrets).toEqual([{ name: "KEY", type: "secret_text" }]);
  const schedules = await client.workers.scripts.schedules.update("made", {
    account_id,
    body: [{ cron: "*/5 * * * *" }],
  });
  expect(schedules.schedules.map(({ cron }) => cron)).toEqual(["*/5 * * * *"]);
  await expect(
    client.workers.scripts.schedules.update("made", { account_id, body: [{ cron: "61 * * * *" }] }),
  ).rejects.toThrow("invalid cron string");
  expect(await client.workers.scripts.subdomain.get("made", script)).toEqual({
    enabled: true,
    previews_enabled: true,
  });
  await client.workers.scripts.subdomain.create("made", { account_id, enabled: false });
  expect(await visit(embedded, "made")).toMatch(/^404/);
});

test("the official client finds Workers by a part of their name, and lists the objects of a class", async () => {
  const code = `import { DurableObject } from "cloudflare:workers";
    export class Room extends DurableObject {
      async visit(keep) { if (keep) await this.ctx.storage.put("n", 1); return "seen" }
    }
    export default { async fetch(request, env) {
      const rooms = [1, 2, 3].map((n) => env.ROOM.get(env.ROOM.idFromName("room " + n)).visit(n < 3));
      return new Response((await Promise.all(rooms)).join(" "));
    } }`;
  const metadata = {
    bindings: [{ type: "durable_object_namespace", name: "ROOM", class_name: "Room" }],
    migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
  };
  const path = `/accounts/${account_id}/workers/scripts/chat-rooms`;
  expect(await call(embedded, "PUT", path, upload(code, metadata))).toMatchObject({ success: true });
  const { scripts } = client.workers;
  expect(await scripts.search({ account_id, name: "rooms" })).toMatchObject([
    { script_name: "chat-rooms", environment_name: "production", id: expect.any(String) },
  ]);
  expect(await scripts.search({ account_id, id: "chat" })).toEqual([]);

  const namespaces = [];
  for await (const each of client.durableObjects.namespaces.list({ account_id })) namespaces.push(each);
  const id = namespaces.find(({ script }) => script === "chat-rooms")?.id ?? "";
  const objects = async (limit: number) => {
    const found = [];
    for await (const each of client.durableObjects.namespaces.objects.list(id, { account_id, limit }))
      found.push(each);
    return found;
  };
  expect(await objects(10)).toEqual([]);
  await client.workers.scripts.subdomain.create("chat-rooms", { account_id, enabled: true });
  expect(await visit(embedded, "chat-rooms")).toBe("200 seen seen seen");
  const all = await objects(1); // each page has one: the client follows the cursor
  for (const each of all) expect(each.id).toMatch(/^[0-9a-f]{64}$/);
  expect(all.map(({ hasStoredData }) => hasStoredData).sort()).toEqual([false, true, true]);
  for (const query of ["limit=0", "limit=x", "cursor=../x"])
    expect(
      await call(
        embedded,
        "GET",
        `/accounts/${account_id}/workers/durable_objects/namespaces/${id}/objects?${query}`,
      ),
    ).toMatchObject({ status: 400, code: 7400 });
});

test("the official client keeps an account's settings of Workers, and asks what it could be told of", async () => {
  const settings = client.workers.accountSettings;
  expect(await settings.get({ account_id })).toEqual({
    default_usage_model: "standard",
    green_compute: false,
  });
  await settings.update({ account_id, green_compute: true });
  expect(await settings.get({ account_id })).toEqual({
    default_usage_model: "standard",
    green_compute: true,
  });
  await expect(settings.update({ account_id, default_usage_model: "none" })).rejects.toThrow(/400.*7400/);
  const alerts = await client.alerting.availableAlerts.list({ account_id });
  const types = Object.values(alerts).flatMap((each) => each.map(({ type }) => type));
  expect(types).toContain("incident_alert");
  expect(new Set(types).size).toBe(types.length);
  expect(await client.alerting.destinations.eligible.get({ account_id })).toMatchObject({
    Email: [{ eligible: true }],
  });
});

test("settings are patched as older versions of wrangler send them: each binding by its name and type, and one new secret", async () => {
  await client.workers.scripts.subdomain.create("made", { account_id, enabled: true });
  const path = `/accounts/${account_id}/workers/scripts/made/settings`;
  const patch = async (bindings: readonly object[]) => {
    const form = new FormData();
    form.set("settings", JSON.stringify({ bindings }));
    return call(embedded, "PATCH", path, form);
  };
  const { bindings = [] } = await client.workers.scripts.scriptAndVersionSettings.get("made", { account_id });
  const known = bindings.map(({ name, type }) => ({ name, type }));
  expect(known.map(({ type }) => type)).toEqual(["plain_text", "json", "secret_text"]);
  expect(await patch([...known, { type: "secret_text", name: "NEW", text: "n" }])).toMatchObject({
    success: true,
  });
  expect(await visit(embedded, "made")).toBe("200 hi rotated");
  const after = await client.workers.scripts.scriptAndVersionSettings.get("made", { account_id });
  expect(after.bindings?.map(({ name }) => name).sort()).toEqual(["GREETING", "JSON", "KEY", "NEW"]);
  // What is not there cannot be meant by its name alone, nor as another type.
  expect(await patch([{ type: "plain_text", name: "NOTHING" }])).toMatchObject({ status: 400, code: 10021 });
  expect(await patch([{ type: "plain_text", name: "KEY" }])).toMatchObject({ status: 400, code: 10021 });
});

test("a connection that is kept is promised for no time: who closes an idle one may close it under the next request", async () => {
  const agent = new Agent({ keepAlive: true });
  try {
    for (const url of [`${embedded.api}/user/tokens/verify`, `http://127.0.0.1:${embedded.frontPort}/`]) {
      const [answer]: IncomingMessage[] = await once(get(url, { agent }), "response");
      answer?.resume();
      expect([answer?.headers["connection"], answer?.headers["keep-alive"]]).toEqual([
        "keep-alive",
        undefined,
      ]);
    }
  } finally {
    agent.destroy();
  }
});
