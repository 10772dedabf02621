import { readFile } from "node:fs/promises";
import grpc from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { client, initFailure } from "./fixture/client.ts";
import { type Canned, type Recorded, recordingApi } from "./fixture/recordingApi.ts";
import { serveProvider } from "./serve.ts";
import { toStruct } from "./struct.ts";
import { unknown } from "./values.ts";

const token = "t".repeat(40);
const accountId = "0".repeat(32);
const d1 = "cloudflare:index/d1Database:D1Database";
const worker = "cloudflare:index/worker:Worker";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const queue = "cloudflare:index/queue:Queue";
const bucket = "cloudflare:index/r2Bucket:R2Bucket";

let answer: (request: Recorded) => Canned = () => ({});
let api: Awaited<ReturnType<typeof recordingApi>>;
let served: Awaited<ReturnType<typeof serveProvider>>;
let engine: ReturnType<typeof client>;
const logged: string[] = [];

beforeAll(async () => {
  api = await recordingApi((request) => answer(request));
  served = await serveProvider({
    apiOrigin: api.origin,
    folder: import.meta.dirname,
    log: (line) => logged.push(line),
  });
  engine = client(served.port);
  await engine.configure({ apiToken: token, baseUrl: `${api.origin}/client/v4` });
});
afterAll(async () => {
  engine.close();
  await served.close();
  await api.close();
});
beforeEach(() => {
  answer = () => ({});
  api.requests.length = 0;
  logged.length = 0;
});

const database = { accountId, name: "db", readReplication: { mode: "disabled" } };
const databaseState = {
  ...database,
  id: "u",
  uuid: "u",
  createdAt: "2026-01-01T00:00:00Z",
  fileSize: 1,
  numTables: 0,
  version: "production",
};

describe("configuration", () => {
  it("has no Handshake, as the official provider has none", async () => {
    await expect(
      engine.ask((done) => engine.raw.handshake(new provider.ProviderHandshakeRequest(), done)),
    ).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });
  it("answers Configure with previews and without secrets", async () => {
    const request = new provider.ConfigureRequest().setArgs(
      toStruct({ apiToken: token, baseUrl: `${api.origin}/client/v4` }),
    );
    const own = client(served.port);
    const response = await own.ask<InstanceType<typeof provider.ConfigureResponse>>((done) =>
      own.raw.configure(request, done),
    );
    own.close();
    expect(response.toObject()).toEqual({
      supportspreview: true,
      acceptresources: true,
      acceptsecrets: false,
      acceptoutputs: false,
      supportsAutonamingConfiguration: true,
    });
  });
  it("accepts its own API at 127.0.0.1 and localhost, with and without the path", async () => {
    const { port } = new URL(api.origin);
    for (const baseUrl of [`${api.origin}/client/v4`, api.origin, `http://localhost:${port}/client/v4`]) {
      expect(await engine.checkConfig({ apiToken: token, baseUrl })).toEqual([]);
    }
  });
  it.each([
    [
      "https://api.cloudflare.com/client/v4",
      /points at https:\/\/api\.cloudflare\.com.*set it to http:\/\/127\.0\.0\.1:\d+\/client\/v4/,
    ],
    ["http://127.0.0.1:1/client/v4", /points at http:\/\/127\.0\.0\.1:1/],
    ["http://user@127.0.0.1/client/v4", /points at/],
    ["nonsense", /is not an address/],
  ])("refuses the address %s", async (baseUrl, message) => {
    expect(await engine.checkConfig({ apiToken: token, baseUrl })).toEqual([expect.stringMatching(message)]);
    const own = client(served.port);
    await expect(own.configure({ apiToken: token, baseUrl })).rejects.toThrow(message);
    own.close();
  });
  it("refuses to be without an address, which would mean a real account", async () => {
    expect(await engine.checkConfig({ apiToken: token })).toEqual([
      expect.stringContaining("PULUMI_DEBUG_PROVIDERS"),
    ]);
  });
  it("refuses a token that is not one, without showing it", async () => {
    const failures = await engine.checkConfig({ apiToken: "short secret", baseUrl: api.origin });
    expect(failures).toEqual([expect.stringMatching(/^apiToken: API tokens are 40 to 80 characters/)]);
    expect(failures[0]).not.toContain("short secret");
  });
  it("takes unknown settings on trust in a preview, and then does not know any", async () => {
    const own = client(served.port);
    expect(await own.checkConfig({ apiToken: unknown, baseUrl: unknown })).toEqual([]);
    await own.configure({ apiToken: unknown, baseUrl: unknown });
    await expect(own.create(d1, database)).rejects.toThrow("not configured on this connection");
    own.close();
  });
  it("keeps two providers with different tokens apart", async () => {
    const other = client(served.port);
    await other.configure({ apiToken: "o".repeat(40), baseUrl: api.origin });
    answer = () => ({ result: { uuid: "u", name: "db" } });
    await Promise.all([engine.create(d1, database), other.create(d1, database)]);
    other.close();
    expect(new Set(api.requests.map((request) => request.headers["authorization"]))).toEqual(
      new Set([`Bearer ${token}`, `Bearer ${"o".repeat(40)}`]),
    );
  });
});

describe("a restart in the middle of a run", () => {
  it("is said, instead of going on without a token", async () => {
    const first = await serveProvider({ apiOrigin: api.origin, log: () => {} });
    const own = client(first.port);
    await own.configure({ apiToken: token, baseUrl: api.origin });
    await first.close();
    const second = await serveProvider({ port: first.port, apiOrigin: api.origin, log: () => {} });
    await expect(own.create(d1, database)).rejects.toThrow(
      /restarted in the middle of the run.*Run the command again/,
    );
    own.close();
    await second.close();
    expect(api.requests).toEqual([]);
  });
  it("of the API alone is waited for", async () => {
    const origin = api.origin;
    await api.close();
    const created = engine.create(d1, database);
    await new Promise((resolve) => setTimeout(resolve, 250));
    answer = () => ({ result: { uuid: "u", name: "db" } });
    api = await recordingApi((request) => answer(request), Number(new URL(origin).port));
    expect((await created).id).toBe("u");
    expect(api.requests).toHaveLength(1);
  });
});

describe("Check", () => {
  it("passes good inputs on as they are: defaults belong to the plan", async () => {
    expect(await engine.check(bucket, { accountId, name: "b" })).toEqual({
      inputs: { accountId, name: "b" },
      failures: [],
    });
  });
  it("names what is missing, misspelt and of the wrong type by its path", async () => {
    const { failures } = await engine.check("cloudflare:index/r2BucketCors:R2BucketCors", {
      accountId,
      bucketNam: "b",
      rules: [{ allowed: { methods: ["GET"] }, maxAgeSeconds: "30" }],
    });
    expect(failures.map(({ property }) => property)).toEqual([
      "bucketNam",
      "bucketName",
      "rules[0].allowed.origins",
      "rules[0].maxAgeSeconds",
    ]);
    expect(failures[0]?.reason).toContain("bucketName");
  });
  it("passes unknown values of any type", async () => {
    const { failures } = await engine.check(queue, { accountId, queueName: unknown, settings: unknown });
    expect(failures).toEqual([]);
  });
  it("wraps what the schema calls secret, wherever it is, and never shows it", async () => {
    const { inputs, failures } = await engine.check("cloudflare:index/hyperdriveConfig:HyperdriveConfig", {
      accountId,
      name: "h",
      origin: { database: "d", scheme: "postgres", user: "u", password: 5 },
    });
    expect(JSON.stringify(failures)).not.toContain("5,");
    expect(inputs).toMatchObject({
      origin: { password: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } },
    });
  });
  it("refuses WorkersScript with the reason", async () => {
    await expect(engine.check("cloudflare:index/workersScript:WorkersScript", {})).rejects.toThrow(
      /Durable Objects.*WorkerVersion/,
    );
  });
  it("says which kinds there are when it is asked for another", async () => {
    await expect(engine.check("cloudflare:index/dnsRecord:DnsRecord", {})).rejects.toThrow(
      /not served.*D1Database/,
    );
  });
  it("wants one source of a module", async () => {
    const module = { name: "a.js", contentType: "application/javascript+module" };
    const { failures } = await engine.check(version, { accountId, workerId: "w", modules: [module] });
    expect(failures).toEqual([
      { property: "modules[0]", reason: "needs exactly one of contentFile and contentBase64" },
    ]);
  });
});

describe("Diff", () => {
  it("finds nothing when nothing changed, whatever the service added", async () => {
    expect(await engine.diff(d1, "u", databaseState, database)).toMatchObject({
      changes: false,
      diffs: [],
      replaces: [],
      hasDetailedDiff: true,
      detailed: {},
    });
  });
  it("ignores what another provider keeps in the state", async () => {
    const official = {
      ...databaseState,
      __pulumi_raw_state_delta: { obj: {} },
      __meta: '{"schema_version":"500"}',
      __defaults: [],
    };
    expect(await engine.diff(d1, "u", official, database)).toMatchObject({ changes: false });
  });
  it("compares with the state, so that drift found by a refresh is repaired", async () => {
    const drifted = { ...databaseState, readReplication: { mode: "auto" } };
    expect(await engine.diff(d1, "u", drifted, database)).toMatchObject({
      changes: true,
      replaces: [],
      detailed: { "readReplication.mode": "UPDATE" },
    });
  });
  it("lists computed values that will change among the reasons, and not in the details", async () => {
    const diff = await engine.diff(d1, "u", databaseState, {
      ...database,
      readReplication: { mode: "auto" },
    });
    expect(diff.diffs).toEqual(["createdAt", "fileSize", "numTables", "readReplication", "version"]);
    expect(diff.detailed).toEqual({ "readReplication.mode": "UPDATE" });
  });
  it("replaces for a new name, and creates the new one first", async () => {
    expect(await engine.diff(d1, "u", databaseState, { ...database, name: "other" })).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: false,
      detailed: { name: "UPDATE_REPLACE" },
    });
  });
  it("replaces for an unknown value of a property that replaces", async () => {
    expect(await engine.diff(d1, "u", databaseState, { ...database, name: unknown })).toMatchObject({
      replaces: ["name"],
      detailed: { name: "UPDATE_REPLACE" },
    });
  });
  it("says ADD and DELETE for what comes and goes", async () => {
    const { readReplication: _, ...without } = database;
    expect((await engine.diff(d1, "u", databaseState, without)).detailed).toEqual({
      readReplication: "DELETE",
    });
    const { readReplication: __, ...bare } = databaseState;
    expect((await engine.diff(d1, "u", bare, { ...database, jurisdiction: "eu" })).detailed).toEqual({
      jurisdiction: "ADD_REPLACE",
      readReplication: "ADD",
    });
  });
  it("does not care about the order of a set, and does about the order of a list", async () => {
    const tags = { accountId, name: "w", tags: ["a", "b"] };
    const state = {
      ...tags,
      tags: ["b", "a"],
      id: "w",
      logpush: false,
      tailConsumers: [],
      subdomain: { enabled: false, previewsEnabled: false },
      observability: observed,
    };
    expect((await engine.diff(worker, "w", state, tags)).changes).toBe(false);
    const rules = (origins: string[]) => ({
      accountId,
      bucketName: "b",
      rules: [{ allowed: { methods: ["GET"], origins } }],
    });
    const cors = await engine.diff(
      "cloudflare:index/r2BucketCors:R2BucketCors",
      "missing ID",
      { ...rules(["x", "y"]), jurisdiction: "default" },
      rules(["y", "x"]),
    );
    expect(cors.detailed).toEqual({
      "rules[0].allowed.origins[0]": "UPDATE",
      "rules[0].allowed.origins[1]": "UPDATE",
    });
  });
  it("goes back to the default when the program stops saying otherwise", async () => {
    const state = {
      accountId,
      name: "b",
      id: "b",
      location: "WEUR",
      storageClass: "InfrequentAccess",
      jurisdiction: "default",
      creationDate: "x",
    };
    expect((await engine.diff(bucket, "b", state, { accountId, name: "b" })).detailed).toEqual({
      storageClass: "UPDATE",
    });
  });
  it("makes a new version for other bytes, and only moves the file for the same", async () => {
    const module = { name: "a.js", contentType: "application/javascript+module" };
    const inputs = {
      accountId,
      workerId: "w",
      mainModule: "a.js",
      modules: [{ ...module, contentFile: "fixture/twenty/dist/a.js" }],
    };
    const planned = (await engine.create(version, inputs, true)).properties;
    const state = { ...inputs, usageModel: "standard", modules: planned["modules"] ?? [] };
    expect((await engine.diff(version, "v", state, inputs)).changes).toBe(false);
    const moved = {
      ...inputs,
      modules: [
        { ...module, contentBase64: Buffer.from(await file("fixture/twenty/dist/a.js")).toString("base64") },
      ],
    };
    expect((await engine.diff(version, "v", state, moved)).replaces).toEqual([]);
    const changed = {
      ...inputs,
      modules: [{ ...module, contentBase64: Buffer.from("export default 1").toString("base64") }],
    };
    expect(await engine.diff(version, "v", state, changed)).toMatchObject({ replaces: ["modules"] });
  });
  it("says which file a module should have come from", async () => {
    const inputs = {
      accountId,
      workerId: "w",
      modules: [{ name: "a.js", contentType: "application/javascript+module", contentFile: "no/such.js" }],
    };
    await expect(engine.create(version, inputs, true)).rejects.toThrow(
      /"a\.js" cannot be read: contentFile no\/such\.js, looked for at .*provider\/no\/such\.js/,
    );
  });
});

const observed = {
  enabled: false,
  headSamplingRate: 1,
  logs: { enabled: false, headSamplingRate: 1, invocationLogs: true, persist: true, destinations: [] },
  traces: { enabled: false, headSamplingRate: 1, persist: true, destinations: [] },
};
async function file(path: string): Promise<Buffer> {
  return readFile(new URL(path, import.meta.url));
}

describe("Create", () => {
  it("previews without a call, an id or a guess: what the service decides is unknown", async () => {
    const { id, properties } = await engine.create(
      queue,
      { accountId, queueName: "q", settings: { deliveryDelay: 1 } },
      true,
    );
    expect(id).toBe("");
    expect(properties).toMatchObject({
      queueName: "q",
      queueId: unknown,
      settings: { deliveryDelay: 1, deliveryPaused: unknown, messageRetentionPeriod: unknown },
    });
    expect(api.requests).toEqual([]);
  });
  it("sends what is known, in the API's words, and stores the answer", async () => {
    answer = () => ({
      result: {
        queue_id: "q1",
        queue_name: "q",
        created_on: "2026-01-01T00:00:00.5Z",
        settings: { delivery_delay: 1, delivery_paused: false, message_retention_period: 60 },
        consumers: [],
        producers: [],
      },
    });
    const { id, properties } = await engine.create(queue, {
      accountId,
      queueName: "q",
      settings: { deliveryDelay: 1 },
    });
    expect(api.requests).toMatchObject([
      {
        method: "POST",
        path: `/accounts/${accountId}/queues`,
        body: { queue_name: "q", settings: { delivery_delay: 1 } },
      },
    ]);
    expect({ id, properties }).toEqual({
      id: "q1",
      properties: {
        accountId,
        queueName: "q",
        queueId: "q1",
        id: "q1",
        createdOn: "2026-01-01T00:00:00.5Z",
        consumers: [],
        producers: [],
        settings: { deliveryDelay: 1, deliveryPaused: false, messageRetentionPeriod: 60 },
        __meta: '{"schema_version":"500"}',
      },
    });
  });
  it("shows the API's own text with what was asked", async () => {
    answer = () => ({ status: 400, errors: [{ code: 7400, message: "name is not nice" }] });
    await expect(engine.create(d1, database)).rejects.toThrow(
      `name is not nice (POST /client/v4/accounts/${accountId}/d1/database: status 400, code 7400)`,
    );
    expect(logged).toEqual([]);
  });
  it("offers to import what has the name already, with its id", async () => {
    answer = ({ method }) =>
      method === "GET"
        ? {
            result: [
              { uuid: "other", name: "db2" },
              { uuid: "there", name: "db" },
            ],
          }
        : { status: 400, errors: [{ code: 7502, message: "A database with the name 'db' already exists" }] };
    await expect(engine.create(d1, database)).rejects.toThrow(
      `pulumi import ${d1} <name> ${accountId}/there`,
    );
    expect(api.requests[1]?.path).toBe(`/accounts/${accountId}/d1/database?name=db`);
  });
  it("names the permission group that a token lacks", async () => {
    answer = () => ({
      status: 403,
      errors: [
        {
          code: 10000,
          message: 'Authentication error: the API token does not have the required permission "D1:Edit"',
        },
      ],
    });
    await expect(engine.create(d1, database)).rejects.toThrow(
      'Add the permission group "D1" with "Edit" to the API token',
    );
  });
  it("asks once: an answer of the API is never repeated", async () => {
    for (const status of [409, 429, 500, 503]) {
      api.requests.length = 0;
      answer = () => ({ status, errors: [{ code: 1, message: "no" }] });
      await expect(engine.create(bucket, { accountId, name: "b" })).rejects.toThrow("no");
      expect(api.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    }
  });
  it("does not lose a thing that was made when its answer cannot be understood", async () => {
    answer = () => ({ result: { uuid: "u1", name: "db", file_size: "large" } });
    const failed = initFailure(await engine.create(d1, database).catch((error: unknown) => error));
    expect(failed).toMatchObject({
      id: "u1",
      properties: { name: "db", id: "u1" },
      reasons: [expect.stringContaining('"large" for fileSize, which should be a number')],
    });
  });
});

describe("a version's bindings", () => {
  it("are sent by name, and what the service fills in lands on the right one", async () => {
    answer = ({ body }) => {
      const { bindings } = JSON.parse(JSON.stringify(body));
      const filled = bindings.map((binding: { type: string }) =>
        binding.type === "durable_object_namespace" ? { ...binding, namespace_id: "ns" } : binding,
      );
      return { result: { id: "v", number: 1, bindings: filled } };
    };
    const bindings = [
      { name: "Z", type: "d1", databaseId: "d" },
      { name: "SECRET", type: "secret_text", text: "canary" },
      { name: "A", type: "durable_object_namespace", className: "Counter" },
    ];
    const { properties } = await engine.create(version, { accountId, workerId: "w", bindings });
    expect(api.requests[0]?.body).toMatchObject({
      bindings: [{ name: "A" }, { name: "SECRET", text: "canary" }, { name: "Z" }],
    });
    expect(properties["bindings"]).toEqual([bindings[0], bindings[1], { ...bindings[2], namespaceId: "ns" }]);
    const inputs = { accountId, workerId: "w", bindings };
    expect((await engine.diff(version, "v", properties, inputs)).detailed).toEqual({});
    answer = () => ({
      result: {
        id: "v",
        usage_model: "standard",
        number: 1,
        bindings: [
          { name: "A", type: "durable_object_namespace", class_name: "Counter", namespace_id: "ns" },
          { name: "SECRET", type: "secret_text" },
          { name: "Z", type: "d1", database_id: "d" },
        ],
      },
    });
    const read = await engine.read(version, "v", properties, inputs);
    expect(read.inputs).toEqual(inputs);
    expect((await engine.diff(version, "v", read.properties, inputs)).changes).toBe(false);
  });
});

describe("Update", () => {
  it("sends an explicit null for what the program no longer says", async () => {
    answer = () => ({ result: { uuid: "u", name: "db" } });
    await engine.update(d1, "u", databaseState, { accountId, name: "db" });
    expect(api.requests).toMatchObject([
      {
        method: "PUT",
        path: `/accounts/${accountId}/d1/database/u`,
        body: { name: "db", read_replication: null },
      },
    ]);
  });
  it("takes notifications off before it puts them on again, even when they are gone already", async () => {
    const rules = (prefix: string) => ({
      accountId,
      bucketName: "b",
      queueId: "q",
      rules: [{ actions: ["PutObject"], prefix }],
    });
    answer = ({ method }) =>
      method === "DELETE"
        ? { status: 404, errors: [{ code: 11015, message: "gone" }] }
        : { result: { queueName: "q" } };
    await engine.update(
      "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification",
      "missing ID",
      { ...rules("a"), jurisdiction: "eu" },
      { ...rules("b"), jurisdiction: "eu" },
    );
    expect(api.requests.map(({ method, headers }) => [method, headers["cf-r2-jurisdiction"]])).toEqual([
      ["DELETE", "eu"],
      ["PUT", "eu"],
    ]);
  });
  it("changes a bucket by headers alone", async () => {
    answer = () => ({ result: { name: "b", storage_class: "InfrequentAccess" } });
    const state = {
      accountId,
      name: "b",
      id: "b",
      storageClass: "Standard",
      jurisdiction: "default",
      location: "WEUR",
    };
    await engine.update(bucket, "b", state, { accountId, name: "b", storageClass: "InfrequentAccess" });
    expect(api.requests).toMatchObject([
      {
        method: "PATCH",
        body: undefined,
        headers: { "cf-r2-storage-class": "InfrequentAccess", "cf-r2-jurisdiction": "default" },
      },
    ]);
  });
});

describe("Read", () => {
  it("reports drift in outputs and in the inputs that were there", async () => {
    answer = () => ({
      result: {
        uuid: "u",
        name: "db",
        created_at: "2026-01-01T00:00:00.123Z",
        num_tables: 3,
        file_size: 9,
        version: "production",
        read_replication: { mode: "auto" },
      },
    });
    const { properties, inputs } = await engine.read(d1, "u", databaseState, database);
    expect(properties).toMatchObject({
      numTables: 3,
      readReplication: { mode: "auto" },
      createdAt: "2026-01-01T00:00:00Z",
      accountId,
    });
    expect(inputs).toEqual({ ...database, readReplication: { mode: "auto" } });
  });
  it("answers an empty id for what is gone", async () => {
    answer = () => ({ status: 404, errors: [{ code: 7404, message: "not found" }] });
    expect(await engine.read(d1, "u", databaseState, database)).toEqual({
      id: "",
      properties: {},
      inputs: {},
    });
  });
  it("imports by the official id, and writes the inputs a program would have", async () => {
    answer = () => ({
      result: {
        uuid: "u",
        name: "db",
        created_at: "2026-01-01T00:00:00Z",
        num_tables: 3,
        file_size: 9,
        version: "production",
      },
    });
    expect(await engine.read(d1, `${accountId}/u`, {}, {})).toMatchObject({
      id: "u",
      inputs: { accountId, name: "db" },
      properties: { uuid: "u", id: "u" },
    });
    expect(api.requests[0]?.path).toBe(`/accounts/${accountId}/d1/database/u`);
  });
  it("imports a bucket with or without its jurisdiction, and a key with slashes", async () => {
    answer = () => ({ result: { name: "b", storage_class: "Standard", location: "WEUR" } });
    expect((await engine.read(bucket, `${accountId}/b`, {}, {})).inputs).toEqual({
      accountId,
      name: "b",
      location: "WEUR",
    });
    await engine.read(bucket, `${accountId}/b/eu`, {}, {});
    expect(api.requests.map(({ headers }) => headers["cf-r2-jurisdiction"])).toEqual(["default", "eu"]);
    answer = ({ path }) => (path.includes("/metadata/") ? { result: null } : { text: "the value" });
    const pair = await engine.read("cloudflare:index/workersKv:WorkersKv", `${accountId}/n/a/b`, {}, {});
    expect(pair).toMatchObject({ id: "a/b", inputs: { keyName: "a/b", value: "the value" } });
    expect(api.requests.at(-1)?.path).toBe(`/accounts/${accountId}/storage/kv/namespaces/n/metadata/a%2Fb`);
  });
  it("says what an id to import looks like", async () => {
    await expect(engine.read(d1, "u", {}, {})).rejects.toThrow(
      'the id to import is <accountId>/<id>, got "u"',
    );
  });
});

describe("Delete", () => {
  it("is an error for what is gone already, as with the official provider", async () => {
    answer = () => ({ status: 404, errors: [{ code: 7404, message: "not found" }] });
    await expect(engine.remove(d1, "u", databaseState)).rejects.toThrow("not found");
  });
  it("makes no call where the official one makes none", async () => {
    await engine.remove(version, "v", { accountId, workerId: "w" });
    await engine.remove("cloudflare:index/workersCronTrigger:WorkersCronTrigger", "w", {
      accountId,
      scriptName: "w",
    });
    expect(api.requests).toEqual([]);
  });
});

describe("Invoke and GetSchema", () => {
  it("goes through the pages until one is empty", async () => {
    answer = ({ path }) => ({ result: path.includes("page=3") ? [] : [{ uuid: path.slice(-1), name: "n" }] });
    const found = await engine.invoke("cloudflare:index/getD1Databases:getD1Databases", { accountId });
    expect(found["results"]).toMatchObject([{ uuid: "1" }, { uuid: "2" }]);
  });
  it("wants exactly one match of a filter", async () => {
    answer = ({ path }) => ({
      result: path.includes("page=1")
        ? [
            { uuid: "a", name: "n" },
            { uuid: "b", name: "n" },
          ]
        : [],
    });
    await expect(
      engine.invoke("cloudflare:index/getD1Database:getD1Database", { accountId, filter: { name: "n" } }),
    ).rejects.toThrow("2 match the filter");
  });
  it("has a schema with every kind, for the code that an import writes", async () => {
    const schema = JSON.parse(await engine.schema());
    expect(schema.resources[d1].requiredInputs).toEqual(["accountId", "name"]);
    expect(Object.keys(schema.resources)).toHaveLength(24);
  });
});
