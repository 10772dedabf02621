import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../../embedded/start.ts";
import { call } from "../../../cloudflare/api.ts";
import { s3Of } from "../../../cloudflare/s3/s3.ts";
import { type Keyed, keyedPlace } from "./keyed.ts";

let embedded: Embedded;
let keyed: Keyed;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const accountId = embedded.accounts[1]?.id ?? "";
  const connection = { baseUrl: embedded.api, token: embedded.token };
  await call(connection, "POST", `/accounts/${accountId}/r2/buckets`, { name: "vault" });
  const { accessKeyId, secret, endpoint } = await s3Of(connection, accountId);
  keyed = { accessKeyId, secret, bucket: "vault", endpoint: endpoint("default").href };
});
afterAll(() => embedded.close());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const noWait = async (): Promise<void> => {};

test("a bucket of another account is written only where nothing is, or what was read", async () => {
  const place = keyedPlace(keyed, noWait);
  expect(await place.get("of/state it's+1.json")).toBeUndefined();
  const first = await place.put("of/state it's+1.json", bytes("one"), "whereNothingIs");
  expect(await place.put("of/state it's+1.json", bytes("two"), "whereNothingIs")).toBeUndefined();
  expect(await place.get("of/state it's+1.json")).toEqual({ text: "one", etag: first });
  const second = await place.put("of/state it's+1.json", bytes("three"), { etag: first ?? "" });
  expect(await place.put("of/state it's+1.json", bytes("four"), { etag: first ?? "" })).toBeUndefined();
  expect(await place.get("of/state it's+1.json")).toEqual({ text: "three", etag: second });
  for (const key of ["of/20261130T120000Z/head.json", "of/20261130T120000Z/a.age", "of/2x/b"])
    await place.put(key, bytes(key), "whereNothingIs");
  expect(await place.folders("of/2")).toEqual(["0261130T120000Z", "x"]);
  expect(await place.keys("of/2026")).toEqual(["of/20261130T120000Z/a.age", "of/20261130T120000Z/head.json"]);
  await place.remove(["of/2x/b", "of/nothing"]);
  expect(await place.folders("of/2")).toEqual(["0261130T120000Z"]);
});

test("keys that ended, a bucket that is gone, and one that does not answer are each named with the way on", async () => {
  const failed = (change: Partial<Keyed>): Promise<unknown> =>
    keyedPlace({ ...keyed, ...change }, noWait).put("a", bytes("a"), "whereNothingIs");
  await expect(failed({ accessKeyId: "0".repeat(32) })).rejects.toThrow(
    /vault.*HTTP 40[13].*make another one/s,
  );
  await expect(failed({ secret: "0".repeat(64) })).rejects.toThrow(
    /SignatureDoesNotMatch.*make another one/s,
  );
  await expect(failed({ bucket: "valt" })).rejects.toThrow(/valt.*NoSuchBucket.*make the bucket again/s);
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked++;
    request.resume();
    response.writeHead(507).end("<Error><Code>InsufficientStorage</Code><Message>full</Message></Error>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  await expect(failed({ endpoint: `http://127.0.0.1:${port}/` })).rejects.toThrow(
    "InsufficientStorage: full; nothing is lost",
  );
  expect(asked).toBe(4);
  await new Promise((resolve) => server.close(resolve));
  await expect(failed({ endpoint: `http://127.0.0.1:${port}/` })).rejects.toThrow("no answer: fetch failed");
});
