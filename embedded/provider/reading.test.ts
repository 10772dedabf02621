import { describe, expect, it } from "vitest";
import { accountId, database, databaseState, underTest } from "./fixture/under-test.ts";

const provider = underTest(import.meta.dirname);
const d1 = "cloudflare:index/d1Database:D1Database";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const bucket = "cloudflare:index/r2Bucket:R2Bucket";

describe("Read", () => {
  it("reports drift in outputs and in the inputs that were there", async () => {
    provider.answer = () => ({
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
    const { properties, inputs } = await provider.engine().read(d1, "u", databaseState, database);
    expect(properties).toMatchObject({
      numTables: 3,
      readReplication: { mode: "auto" },
      createdAt: "2026-01-01T00:00:00Z",
      accountId,
    });
    expect(inputs).toEqual({ ...database, readReplication: { mode: "auto" } });
  });
  it("keeps what no read of a version gives back: entries of classes that are gone, and the default state", async () => {
    const version = "cloudflare:index/workerVersion:WorkerVersion";
    const live = { type: "durable-object", storage: "sqlite" };
    const inputs = {
      accountId,
      workerId: "w",
      exports: {
        New: { ...live, state: "created" },
        Old: { type: "durable-object", state: "renamed", renamedTo: "New" },
      },
    };
    const prior = { ...inputs, usageModel: "standard", number: 2 };
    const reconciliation = { created: [], renamed: [{ from: "Old", to: "New" }] };
    provider.answer = () => ({
      result: {
        id: "v",
        number: 2,
        usage_model: "standard",
        exports: { New: live },
        exports_reconciliation: reconciliation,
      },
    });
    const read = await provider.engine().read(version, "v", prior, inputs);
    expect(read.inputs).toEqual(inputs);
    expect(read.properties["exportsReconciliation"]).toEqual({
      createds: [],
      renameds: reconciliation.renamed,
    });
    expect((await provider.engine().diff(version, "v", read.properties, inputs)).changes).toBe(false);
    provider.answer = () => ({ result: { id: "v", number: 2, usage_model: "standard", exports: {} } });
    const lost = await provider.engine().read(version, "v", prior, inputs);
    expect((await provider.engine().diff(version, "v", lost.properties, inputs)).replaces).toEqual([
      "exports",
    ]);
  });
  it("answers an empty id for what is gone", async () => {
    provider.answer = () => ({ status: 404, errors: [{ code: 7404, message: "not found" }] });
    expect(await provider.engine().read(d1, "u", databaseState, database)).toEqual({
      id: "",
      properties: {},
      inputs: {},
    });
  });
  it("imports by the official id, and writes the inputs a program would have", async () => {
    provider.answer = () => ({
      result: {
        uuid: "u",
        name: "db",
        created_at: "2026-01-01T00:00:00Z",
        num_tables: 3,
        file_size: 9,
        version: "production",
      },
    });
    expect(await provider.engine().read(d1, `${accountId}/u`, {}, {})).toMatchObject({
      id: "u",
      inputs: { accountId, name: "db" },
      properties: { uuid: "u", id: "u" },
    });
    expect(provider.requests()[0]?.path).toBe(`/accounts/${accountId}/d1/database/u`);
  });
  it("imports a bucket with or without its jurisdiction, and a key with slashes", async () => {
    provider.answer = () => ({ result: { name: "b", storage_class: "Standard", location: "WEUR" } });
    expect((await provider.engine().read(bucket, `${accountId}/b`, {}, {})).inputs).toEqual({
      accountId,
      name: "b",
      location: "WEUR",
    });
    await provider.engine().read(bucket, `${accountId}/b/eu`, {}, {});
    expect(provider.requests().map(({ headers }) => headers["cf-r2-jurisdiction"])).toEqual([
      "default",
      "eu",
    ]);
    provider.answer = ({ path }) => (path.includes("/metadata/") ? { result: null } : { text: "the value" });
    const pair = await provider
      .engine()
      .read("cloudflare:index/workersKv:WorkersKv", `${accountId}/n/a/b`, {}, {});
    expect(pair).toMatchObject({ id: "a/b", inputs: { keyName: "a/b", value: "the value" } });
    expect(provider.requests().at(-1)?.path).toBe(
      `/accounts/${accountId}/storage/kv/namespaces/n/metadata/a%2Fb`,
    );
  });
  it("says what an id to import looks like", async () => {
    await expect(provider.engine().read(d1, "u", {}, {})).rejects.toThrow(
      'the id to import is <accountId>/<id>, got "u"',
    );
  });
});

describe("Delete", () => {
  it("is an error for what is gone already, as with the official provider", async () => {
    provider.answer = () => ({ status: 404, errors: [{ code: 7404, message: "not found" }] });
    await expect(provider.engine().remove(d1, "u", databaseState)).rejects.toThrow("not found");
  });
  it("makes no call where the official one makes none", async () => {
    await provider.engine().remove(version, "v", { accountId, workerId: "w" });
    await provider.engine().remove("cloudflare:index/workersCronTrigger:WorkersCronTrigger", "w", {
      accountId,
      scriptName: "w",
    });
    expect(provider.requests()).toEqual([]);
  });
});

describe("Invoke and GetSchema", () => {
  it("goes through the pages until one is empty", async () => {
    provider.answer = ({ path }) => ({
      result: path.includes("page=3") ? [] : [{ uuid: path.slice(-1), name: "n" }],
    });
    const found = await provider
      .engine()
      .invoke("cloudflare:index/getD1Databases:getD1Databases", { accountId });
    expect(found["results"]).toMatchObject([{ uuid: "1" }, { uuid: "2" }]);
  });
  it("wants exactly one match of a filter", async () => {
    provider.answer = ({ path }) => ({
      result: path.includes("page=1")
        ? [
            { uuid: "a", name: "n" },
            { uuid: "b", name: "n" },
          ]
        : [],
    });
    await expect(
      provider
        .engine()
        .invoke("cloudflare:index/getD1Database:getD1Database", { accountId, filter: { name: "n" } }),
    ).rejects.toThrow("2 match the filter");
  });
  it("has a schema with every kind, for the code that an import writes", async () => {
    const schema = JSON.parse(await provider.engine().schema());
    expect(schema.resources[d1].requiredInputs).toEqual(["accountId", "name"]);
    expect(Object.keys(schema.resources)).toHaveLength(24);
  });
});
