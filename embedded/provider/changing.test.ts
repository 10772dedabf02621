import { describe, expect, it } from "vitest";
import { unknownValue } from "../../src/engine/property-values.ts";
import { initFailure } from "./fixture/client.ts";
import { accountId, database, databaseState, underTest } from "./fixture/under-test.ts";

const provider = underTest(import.meta.dirname);
const d1 = "cloudflare:index/d1Database:D1Database";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const queue = "cloudflare:index/queue:Queue";
const bucket = "cloudflare:index/r2Bucket:R2Bucket";

describe("Create", () => {
  it("previews without a call, an id or a guess: what the service decides is unknown", async () => {
    const { id, properties } = await provider
      .engine()
      .create(queue, { accountId, queueName: "q", settings: { deliveryDelay: 1 } }, true);
    expect(id).toBe("");
    expect(properties).toMatchObject({
      queueName: "q",
      queueId: unknownValue,
      settings: { deliveryDelay: 1, deliveryPaused: unknownValue, messageRetentionPeriod: unknownValue },
    });
    expect(provider.requests()).toEqual([]);
  });
  it("sends what is known, in the API's words, and stores the answer", async () => {
    provider.answer = () => ({
      result: {
        queue_id: "q1",
        queue_name: "q",
        created_on: "2026-01-01T00:00:00.5Z",
        settings: { delivery_delay: 1, delivery_paused: false, message_retention_period: 60 },
        consumers: [],
        producers: [],
      },
    });
    const { id, properties } = await provider.engine().create(queue, {
      accountId,
      queueName: "q",
      settings: { deliveryDelay: 1 },
    });
    expect(provider.requests()).toMatchObject([
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
    provider.answer = () => ({ status: 400, errors: [{ code: 7400, message: "name is not nice" }] });
    await expect(provider.engine().create(d1, database)).rejects.toThrow(
      `name is not nice (POST /client/v4/accounts/${accountId}/d1/database: status 400, code 7400)`,
    );
    expect(provider.logged).toEqual([]);
  });
  it("offers to import what has the name already, with its id", async () => {
    provider.answer = ({ method }) =>
      method === "GET"
        ? {
            result: [
              { uuid: "other", name: "db2" },
              { uuid: "there", name: "db" },
            ],
          }
        : { status: 400, errors: [{ code: 7502, message: "A database with the name 'db' already exists" }] };
    await expect(provider.engine().create(d1, database)).rejects.toThrow(
      `pulumi import ${d1} <name> ${accountId}/there`,
    );
    expect(provider.requests()[1]?.path).toBe(`/accounts/${accountId}/d1/database?name=db&page=1`);
  });
  it("offers the whole id of a bucket, with its jurisdiction if it has one, and looks through every page", async () => {
    provider.answer = ({ method, path, headers }) => {
      if (method === "POST") return { status: 409, errors: [{ code: 10004, message: "exists" }] };
      const page = Number(new URLSearchParams(path.split("?")[1]).get("page"));
      const name = headers["cf-r2-jurisdiction"] === "eu" && page === 3 ? "b" : `other${page}`;
      return { result: { buckets: [{ name }] } };
    };
    await expect(
      provider.engine().create(bucket, { accountId, name: "b", jurisdiction: "eu" }),
    ).rejects.toThrow(new RegExp(`pulumi import ${bucket} <name> ${accountId}/b/eu$`));
    provider.answer = ({ method }) =>
      method === "GET"
        ? { result: { buckets: [{ name: "another" }] } }
        : { status: 409, errors: [{ code: 10004, message: "exists" }] };
    await expect(provider.engine().create(bucket, { accountId, name: "b" })).rejects.not.toThrow(
      "pulumi import",
    );
  });
  it("names the permission group that a token lacks", async () => {
    provider.answer = () => ({
      status: 403,
      errors: [
        {
          code: 10000,
          message:
            'Authentication error: the API token does not have the required permission "D1 Write" on this account.',
        },
      ],
    });
    await expect(provider.engine().create(d1, database)).rejects.toThrow(
      'Add the permission group "D1 Write" on this account to the API token',
    );
  });
  it("asks once: an answer of the API is never repeated", async () => {
    for (const status of [409, 429, 500, 503]) {
      provider.requests().length = 0;
      provider.answer = () => ({ status, errors: [{ code: 1, message: "no" }] });
      await expect(provider.engine().create(bucket, { accountId, name: "b" })).rejects.toThrow("no");
      expect(provider.requests().filter(({ method }) => method === "POST")).toHaveLength(1);
    }
  });
  it("does not ask again when a connection breaks after a write was sent: it may have been done", async () => {
    await provider
      .engine()
      .read(bucket, "b", { accountId, name: "b" }, {})
      .catch(() => {});
    provider.requests().length = 0;
    provider.answer = () => ({ drop: true });
    await expect(provider.engine().create(d1, database)).rejects.toThrow(/POST .*socket hang up/);
    expect(provider.requests()).toHaveLength(1);
  });
  it("does not lose a thing that was made when its answer cannot be understood", async () => {
    provider.answer = () => ({ result: { uuid: "u1", name: "db", file_size: "large" } });
    const failed = initFailure(
      await provider
        .engine()
        .create(d1, database)
        .catch((error: unknown) => error),
    );
    expect(failed).toMatchObject({
      id: "u1",
      properties: { name: "db", id: "u1" },
      reasons: [expect.stringContaining('"large" for fileSize, which should be a number')],
    });
  });
});

describe("a version's bindings", () => {
  it("are sent by name, and what the service fills in lands on the right one", async () => {
    provider.answer = ({ body }) => {
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
    const { properties } = await provider.engine().create(version, { accountId, workerId: "w", bindings });
    expect(provider.requests()[0]?.body).toMatchObject({
      bindings: [{ name: "A" }, { name: "SECRET", text: "canary" }, { name: "Z" }],
    });
    expect(properties["bindings"]).toEqual([bindings[0], bindings[1], { ...bindings[2], namespaceId: "ns" }]);
    const inputs = { accountId, workerId: "w", bindings };
    expect((await provider.engine().diff(version, "v", properties, inputs)).detailed).toEqual({});
    provider.answer = () => ({
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
    const read = await provider.engine().read(version, "v", properties, inputs);
    expect(read.inputs).toEqual(inputs);
    expect((await provider.engine().diff(version, "v", read.properties, inputs)).changes).toBe(false);
  });
});

describe("Update", () => {
  it("sends an explicit null for what the program no longer says", async () => {
    provider.answer = () => ({ result: { uuid: "u", name: "db" } });
    await provider.engine().update(d1, "u", databaseState, { accountId, name: "db" });
    expect(provider.requests()).toMatchObject([
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
    provider.answer = ({ method }) =>
      method === "DELETE"
        ? { status: 404, errors: [{ code: 11015, message: "gone" }] }
        : { result: { queueName: "q" } };
    await provider
      .engine()
      .update(
        "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification",
        "missing ID",
        { ...rules("a"), jurisdiction: "eu" },
        { ...rules("b"), jurisdiction: "eu" },
      );
    expect(provider.requests().map(({ method, headers }) => [method, headers["cf-r2-jurisdiction"]])).toEqual(
      [
        ["DELETE", "eu"],
        ["PUT", "eu"],
      ],
    );
  });
  it("changes a bucket by headers alone", async () => {
    provider.answer = () => ({ result: { name: "b", storage_class: "InfrequentAccess" } });
    const state = {
      accountId,
      name: "b",
      id: "b",
      storageClass: "Standard",
      jurisdiction: "default",
      location: "WEUR",
    };
    await provider
      .engine()
      .update(bucket, "b", state, { accountId, name: "b", storageClass: "InfrequentAccess" });
    expect(provider.requests()).toMatchObject([
      {
        method: "PATCH",
        body: undefined,
        headers: { "cf-r2-storage-class": "InfrequentAccess", "cf-r2-jurisdiction": "default" },
      },
    ]);
  });
});
