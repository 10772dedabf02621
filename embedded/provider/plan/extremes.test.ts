import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import provider_pb from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { describe, expect, it, vi } from "vitest";
import type { Canned } from "../fixture/recording-api.ts";
import { accountId, database, databaseState, token, underTest } from "../fixture/under-test.ts";
import { InitFailed } from "../lifecycle/lifecycle.ts";
import { rpcError } from "../protocol/rpc-error.ts";
import { fromStruct, toStruct } from "../protocol/struct.ts";

const provider = underTest(dirname(import.meta.dirname));
const d1 = "cloudflare:index/d1Database:D1Database";
const version = "cloudflare:index/workerVersion:WorkerVersion";
const megabyte = 1024 * 1024;
const bundle = (sizeBytes: number) => ({
  accountId,
  workerId: "w",
  mainModule: "a.js",
  modules: [
    {
      name: "a.js",
      contentType: "application/javascript+module",
      contentBase64: Buffer.alloc(sizeBytes, "x").toString("base64"),
    },
  ],
});

describe("large payloads", () => {
  it("carries a bundle of 8 MB, twice what gRPC takes by itself, through every call", async () => {
    const inputs = bundle(8 * megabyte);
    provider.answer = () => ({ result: { id: "v", number: 1, usage_model: "standard" } });
    expect((await provider.engine().check(version, inputs)).failures).toEqual([]);
    const { id, properties } = await provider.engine().create(version, inputs);
    expect(id).toBe("v");
    expect((await provider.engine().diff(version, "v", properties, inputs)).changes).toBe(false);
  });

  it("leaves out of an error what an error cannot carry, and keeps the rest", () => {
    const outputs = { ...bundle(20 * megabyte), number: 1 };
    const error = rpcError(new InitFailed({ id: "v", outputs }, new Error("no")), () => {}, outputs);
    const [packed] = error.metadata?.get("grpc-status-details-bin") ?? [];
    if (!Buffer.isBuffer(packed)) throw new Error("there are no details");
    expect(packed.length).toBeLessThan(5 * megabyte);
    const detail = status.Status.deserializeBinary(new Uint8Array(packed)).getDetailsList()[0];
    const failed = provider_pb.ErrorResourceInitFailed.deserializeBinary(
      detail?.getValue_asU8() ?? new Uint8Array(),
    );
    expect([failed.getId(), fromStruct(failed.getProperties())]).toEqual([
      "v",
      { accountId, workerId: "w", mainModule: "a.js", number: 1 },
    ]);
  });
});

describe("an answer that is none", () => {
  const cases: readonly [string, Canned, RegExp][] = [
    ["an empty body", { text: "" }, /d1\/database.*: the answer is not JSON/],
    ["HTML", { text: "<html>" }, /d1\/database.*: the answer is not JSON: <html>/],
    ["null", { text: "null" }, /d1\/database.*: the answer is not an envelope: null/],
    ["a number", { text: "5" }, /d1\/database.*: the answer is not an envelope: 5/],
    ["a result of another type", { result: "text" }, /answer has no id|answered "text" where/],
    ["a refusal in plain text", { status: 500, text: "oops" }, /oops \(.*d1\/database.*: status 500\)/],
    ["a refusal of nulls", { status: 400, text: '{"errors":null}' }, /\{"errors":null\} \(.*: status 400\)/],
    [
      "a refusal of something else",
      { status: 400, text: '{"errors":[null,"x",{}],"messages":{}}' },
      /"errors":\[null.* \(.*: status 400\)/,
    ],
    ["a refusal that is null", { status: 502, text: "null" }, /null \(.*: status 502\)/],
  ];
  it.each(cases)("%s: every call says what came", async (_, answer, message) => {
    provider.answer = () => answer;
    const engine = provider.engine();
    await expect(engine.create(d1, database)).rejects.toThrow(message);
    await expect(engine.read(d1, "u", databaseState, database)).rejects.toThrow(message);
    await expect(engine.update(d1, "u", databaseState, database)).rejects.toThrow(message);
    await expect(
      engine.invoke("cloudflare:index/getD1Databases:getD1Databases", { accountId }),
    ).rejects.toThrow(message);
  });
});

describe("an API that hangs", () => {
  it("is hung up on when the engine gives up, and nobody else is", async () => {
    const hungUp = vi.fn();
    provider.answer = ({ method }) =>
      method === "POST" ? { hang: hungUp } : { result: { uuid: "u", name: "db" } };
    const own = provider.another();
    await own.configure({ apiToken: token, baseUrl: provider.origin() });
    const request = new provider_pb.CreateRequest()
      .setUrn(`urn:pulumi:test::test::${d1}::it`)
      .setType(d1)
      .setProperties(toStruct(database));
    const failed = Promise.withResolvers<string>();
    const call = own.raw.create(request, (error) => failed.resolve(error?.details ?? "answered"));
    await expect.poll(() => provider.requests()).toHaveLength(1);
    await own.ask((done) => own.raw.cancel(new empty.Empty(), done));
    await sleep(100);
    expect(hungUp, "a first Ctrl-C lets what is under way end").not.toHaveBeenCalled();
    call.cancel();
    await expect.poll(() => hungUp).toHaveBeenCalledOnce();
    expect(await failed.promise).toBe("Cancelled on client");
    own.close();
    expect(provider.logged).toEqual([]);
    expect((await provider.engine().read(d1, "u", databaseState, database)).id).toBe("u");
  });
});
