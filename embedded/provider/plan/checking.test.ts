import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { accountId, underTest } from "../fixture/under-test.ts";

const provider = underTest(dirname(import.meta.dirname));
const version = "cloudflare:index/workerVersion:WorkerVersion";
const queue = "cloudflare:index/queue:Queue";
const bucket = "cloudflare:index/r2Bucket:R2Bucket";

describe("Check", () => {
  it("passes good inputs on as they are: defaults belong to the plan", async () => {
    expect(await provider.engine().check(bucket, { accountId, name: "b" })).toEqual({
      inputs: { accountId, name: "b" },
      failures: [],
    });
  });
  it("names what is missing, misspelt and of the wrong type by its path", async () => {
    const { failures } = await provider.engine().check("cloudflare:index/r2BucketCors:R2BucketCors", {
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
    const { failures } = await provider
      .engine()
      .check(queue, { accountId, queueName: unknownValue, settings: unknownValue });
    expect(failures).toEqual([]);
  });
  it("knows the engine's other sentinels, one for each type", async () => {
    const { failures, inputs } = await provider.engine().check("cloudflare:index/queue:Queue", {
      accountId: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      queueName: "q",
      settings: {
        deliveryPaused: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        deliveryDelay: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      },
    });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ settings: { deliveryPaused: unknownValue, deliveryDelay: unknownValue } });
  });
  it("wraps what the schema calls secret, wherever it is, and never shows it", async () => {
    const { inputs, failures } = await provider
      .engine()
      .check("cloudflare:index/hyperdriveConfig:HyperdriveConfig", {
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
    await expect(provider.engine().check("cloudflare:index/workersScript:WorkersScript", {})).rejects.toThrow(
      /Durable Objects.*WorkerVersion/,
    );
  });
  it("says which kinds there are when it is asked for another", async () => {
    await expect(provider.engine().check("cloudflare:index/dnsRecord:DnsRecord", {})).rejects.toThrow(
      /not served.*D1Database/,
    );
  });
  it("wants one source of a module", async () => {
    const module = { name: "a.js", contentType: "application/javascript+module" };
    const { failures } = await provider
      .engine()
      .check(version, { accountId, workerId: "w", modules: [module] });
    expect(failures).toEqual([
      { property: "modules[0]", reason: "needs exactly one of contentFile and contentBase64" },
    ]);
  });
  it("wants base64 and JSON where they are said to be, instead of sending half of it", async () => {
    const module = { name: "a.js", contentType: "application/javascript+module" };
    const { failures } = await provider.engine().check(version, {
      accountId,
      workerId: "w",
      modules: [
        { ...module, contentBase64: "ZXhwb3J0\n" },
        { ...module, contentBase64: "not base64" },
        { ...module, contentBase64: unknownValue },
      ],
    });
    expect(failures).toEqual([{ property: "modules[1].contentBase64", reason: "is not base64" }]);
    const json = await provider
      .engine()
      .check(version, { accountId, workerId: "w", bindings: [{ name: "M", type: "json", json: "{a: 1}" }] });
    expect(json.failures).toEqual([{ property: "bindings[0].json", reason: "should be JSON, as a text" }]);
  });
});
