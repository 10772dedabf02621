import { dirname } from "node:path";
import grpc from "@grpc/grpc-js";
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { client } from "../fixture/client.ts";
import { database, token, underTest } from "../fixture/under-test.ts";
import { serveProvider } from "./serve.ts";
import { toStruct } from "./struct.ts";

const provider = underTest(dirname(import.meta.dirname));
const d1 = "cloudflare:index/d1Database:D1Database";

describe("configuration", () => {
  it("has no Handshake, as the official provider has none", async () => {
    await expect(
      provider
        .engine()
        .ask((done) => provider.engine().raw.handshake(new protocol.ProviderHandshakeRequest(), done)),
    ).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });
  it("answers Configure with previews and without secrets", async () => {
    const request = new protocol.ConfigureRequest().setArgs(
      toStruct({ apiToken: token, baseUrl: `${provider.origin()}/client/v4` }),
    );
    const own = provider.another();
    const response = await own.ask<InstanceType<typeof protocol.ConfigureResponse>>((done) =>
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
    const { port } = new URL(provider.origin());
    for (const baseUrl of [
      `${provider.origin()}/client/v4`,
      provider.origin(),
      `http://localhost:${port}/client/v4`,
    ]) {
      expect(await provider.engine().checkConfig({ apiToken: token, baseUrl })).toEqual([]);
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
    expect(await provider.engine().checkConfig({ apiToken: token, baseUrl })).toEqual([
      expect.stringMatching(message),
    ]);
    const own = provider.another();
    await expect(own.configure({ apiToken: token, baseUrl })).rejects.toThrow(message);
    own.close();
  });
  it("refuses to be without an address, which would mean a real account", async () => {
    expect(await provider.engine().checkConfig({ apiToken: token })).toEqual([
      expect.stringContaining("PULUMI_DEBUG_PROVIDERS"),
    ]);
  });
  it("refuses a token that is not one, without showing it", async () => {
    const failures = await provider
      .engine()
      .checkConfig({ apiToken: "short secret", baseUrl: provider.origin() });
    expect(failures).toEqual([expect.stringMatching(/^apiToken: API tokens are 40 to 80 characters/)]);
    expect(failures[0]).not.toContain("short secret");
  });
  it("takes unknown settings on trust in a preview, and then does not know any", async () => {
    const own = provider.another();
    expect(await own.checkConfig({ apiToken: unknownValue, baseUrl: unknownValue })).toEqual([]);
    await own.configure({ apiToken: unknownValue, baseUrl: unknownValue });
    await expect(own.create(d1, database)).rejects.toThrow("not configured on this connection");
    own.close();
  });
  it("keeps two providers with different tokens apart", async () => {
    const other = provider.another();
    await other.configure({ apiToken: "o".repeat(40), baseUrl: provider.origin() });
    provider.answer = () => ({ result: { uuid: "u", name: "db" } });
    await Promise.all([provider.engine().create(d1, database), other.create(d1, database)]);
    other.close();
    expect(new Set(provider.requests().map((request) => request.headers["authorization"]))).toEqual(
      new Set([`Bearer ${token}`, `Bearer ${"o".repeat(40)}`]),
    );
  });
});

describe("a restart in the middle of a run", () => {
  it("is said, instead of going on without a token", async () => {
    const first = await serveProvider({ apiOrigin: provider.origin(), log: () => {} });
    const own = client(first.port);
    await own.configure({ apiToken: token, baseUrl: provider.origin() });
    await first.close();
    const second = await serveProvider({ port: first.port, apiOrigin: provider.origin(), log: () => {} });
    await expect(own.create(d1, database)).rejects.toThrow(
      /restarted in the middle of the run.*Run the command again/,
    );
    own.close();
    await second.close();
    expect(provider.requests()).toEqual([]);
  });
  it("of the API alone is waited for", async () => {
    provider.answer = () => ({ result: { uuid: "u", name: "db" } });
    let created: Promise<{ readonly id: string }> = Promise.reject(new Error("not asked yet"));
    created.catch(() => {});
    await provider.restartApi(async () => {
      created = provider.engine().create(d1, database);
      await new Promise((resolve) => setTimeout(resolve, 250));
    });
    expect((await created).id).toBe("u");
    expect(provider.requests()).toHaveLength(1);
  });
});
