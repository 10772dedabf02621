import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { accountId, database, databaseState, underTest } from "../fixture/under-test.ts";

const provider = underTest(dirname(import.meta.dirname));
const d1 = "cloudflare:index/d1Database:D1Database";
const worker = "cloudflare:index/worker:Worker";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const bucket = "cloudflare:index/r2Bucket:R2Bucket";

const observed = {
  enabled: false,
  headSamplingRate: 1,
  logs: { enabled: false, headSamplingRate: 1, invocationLogs: true, persist: true, destinations: [] },
  traces: { enabled: false, headSamplingRate: 1, persist: true, destinations: [] },
};
async function file(path: string): Promise<Buffer> {
  return readFile(new URL(`../${path}`, import.meta.url));
}

describe("Diff", () => {
  it("finds nothing when nothing changed, whatever the service added", async () => {
    expect(await provider.engine().diff(d1, "u", databaseState, database)).toMatchObject({
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
    expect(await provider.engine().diff(d1, "u", official, database)).toMatchObject({ changes: false });
  });
  it("compares with the state, so that drift found by a refresh is repaired", async () => {
    const drifted = { ...databaseState, readReplication: { mode: "auto" } };
    expect(await provider.engine().diff(d1, "u", drifted, database)).toMatchObject({
      changes: true,
      replaces: [],
      detailed: { "readReplication.mode": "UPDATE" },
    });
  });
  it("lists computed values that will change among the reasons, and not in the details", async () => {
    const diff = await provider.engine().diff(d1, "u", databaseState, {
      ...database,
      readReplication: { mode: "auto" },
    });
    expect(diff.diffs).toEqual(["createdAt", "fileSize", "numTables", "readReplication", "version"]);
    expect(diff.detailed).toEqual({ "readReplication.mode": "UPDATE" });
  });
  it("replaces for a new name, and creates the new one first", async () => {
    expect(
      await provider.engine().diff(d1, "u", databaseState, { ...database, name: "other" }),
    ).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: false,
      detailed: { name: "UPDATE_REPLACE" },
    });
  });
  it("replaces for an unknown value of a property that replaces", async () => {
    expect(
      await provider.engine().diff(d1, "u", databaseState, { ...database, name: unknownValue }),
    ).toMatchObject({
      replaces: ["name"],
      detailed: { name: "UPDATE_REPLACE" },
    });
  });
  it("says ADD and DELETE for what comes and goes", async () => {
    const { readReplication: _, ...without } = database;
    expect((await provider.engine().diff(d1, "u", databaseState, without)).detailed).toEqual({
      readReplication: "DELETE",
    });
    const { readReplication: __, ...bare } = databaseState;
    expect(
      (await provider.engine().diff(d1, "u", bare, { ...database, jurisdiction: "eu" })).detailed,
    ).toEqual({
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
    expect((await provider.engine().diff(worker, "w", state, tags)).changes).toBe(false);
    const rules = (origins: string[]) => ({
      accountId,
      bucketName: "b",
      rules: [{ allowed: { methods: ["GET"], origins } }],
    });
    const cors = await provider
      .engine()
      .diff(
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
  it("names every element of a set that changes, each once", async () => {
    const program = (tags: string[]) => ({ accountId, name: "w", tags });
    const made = await provider.engine().create(worker, program(["a", "b"]), true);
    const change = async (tags: string[]) =>
      (await provider.engine().diff(worker, "w", { ...made.properties, tags: ["a", "b"] }, program(tags)))
        .detailed;
    expect(await change(["c", "b"])).toMatchObject({ "tags[0]": "UPDATE" });
    expect(await change(["b", "c"])).toMatchObject({ "tags[1]": "ADD", "tags[0]": "DELETE" });
    expect(await change(["b", "a", "c"])).toMatchObject({ "tags[2]": "ADD" });
    expect(await change([unknownValue])).toMatchObject({ "tags[0]": "UPDATE", "tags[1]": "DELETE" });
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
    expect((await provider.engine().diff(bucket, "b", state, { accountId, name: "b" })).detailed).toEqual({
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
    const planned = (await provider.engine().create(version, inputs, true)).properties;
    const state = { ...inputs, usageModel: "standard", modules: planned["modules"] ?? [] };
    expect((await provider.engine().diff(version, "v", state, inputs)).changes).toBe(false);
    const moved = {
      ...inputs,
      modules: [
        { ...module, contentBase64: Buffer.from(await file("fixture/twenty/dist/a.js")).toString("base64") },
      ],
    };
    expect((await provider.engine().diff(version, "v", state, moved)).replaces).toEqual([]);
    const changed = {
      ...inputs,
      modules: [{ ...module, contentBase64: Buffer.from("export default 1").toString("base64") }],
    };
    expect(await provider.engine().diff(version, "v", state, changed)).toMatchObject({
      replaces: ["modules"],
    });
  });
  it("does not replace for what the service alone decides inside a property that replaces", async () => {
    const inputs = {
      accountId,
      workerId: "w",
      compatibilityDate: "2026-01-01",
      annotations: { workersTag: "1" },
    };
    const state = {
      ...inputs,
      usageModel: "standard",
      annotations: { workersTag: "1", workersTriggeredBy: "upload" },
    };
    const diff = await provider
      .engine()
      .diff(version, "v", state, { ...inputs, compatibilityDate: "2026-02-02" });
    expect(diff).toMatchObject({
      replaces: ["compatibilityDate"],
      diffs: expect.arrayContaining(["annotations"]),
    });
  });
  it("says which file a module should have come from", async () => {
    const inputs = {
      accountId,
      workerId: "w",
      modules: [{ name: "a.js", contentType: "application/javascript+module", contentFile: "no/such.js" }],
    };
    await expect(provider.engine().create(version, inputs, true)).rejects.toThrow(
      /"a\.js" cannot be read: contentFile no\/such\.js, looked for at .*provider\/no\/such\.js/,
    );
  });
});
