import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookForLosses, remembered } from "./target-losses.ts";

/** What the account has: path below the account → the answer's result. */
const there = new Map<string, unknown>();
let server: Server;
let baseUrl = "";
beforeAll(async () => {
  server = createServer(({ url = "" }, response) => {
    const result = there.get(new URL(url, "http://x").pathname.replace("/accounts/a/", ""));
    response.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
    const errors = result === undefined ? [{ code: 7404, message: "not there" }] : [];
    response.end(JSON.stringify({ success: result !== undefined, errors, messages: [], result }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => server.close());

const nothing = remembered.parse({});
const declared = { systems: {}, workers: {} };
const look = (
  before: object,
  after: object,
  of: Parameters<typeof lookForLosses>[3] = declared,
  previously: Parameters<typeof lookForLosses>[4] = of,
) =>
  lookForLosses(
    () => ({ api: { baseUrl, token: "t" }, accountId: "a" }),
    remembered.parse(before),
    remembered.parse(after),
    of,
    previously,
  );
const orders = { "d1 shop/orders": { id: "one" } };
const holds = ["d1 shop/orders"];
const whats = async (...args: Parameters<typeof look>): Promise<readonly string[]> =>
  (await look(...args)).refusals.map(({ what }) => what);
const gone = "Database shop/orders is gone, and an up would put an empty one in its place";

test("what is there is remembered, from the state or from before, and nobody is asked where nothing is known", async () => {
  there.set("d1/database/one", { name: "orders-dev" });
  expect(await look({}, { stores: orders, holds })).toMatchObject({
    memory: { stores: orders },
    refusals: [],
  });
  expect(await look({ stores: orders }, { holds })).toMatchObject({
    memory: { stores: orders },
    refusals: [],
  });
  const unasked = (): never => {
    throw new Error("asked");
  };
  expect(
    await lookForLosses(unasked, nothing, remembered.parse({ holds }), declared, declared),
  ).toMatchObject({
    memory: { stores: {} },
  });
});

test("what is gone is refused, whoever remembers it, until exactly that is given up", async () => {
  there.clear();
  expect(await whats({ stores: orders }, { holds })).toEqual([gone]);
  expect(await whats({}, { stores: orders, holds })).toEqual([gone]);
  expect(await whats({ stores: orders }, { holds: [] })).toEqual([]);
  const forgotten = { "d1 shop/orders": { id: "one", at: "2026-11-30T00:00:00Z" } };
  expect(await whats({ stores: orders }, { holds, forgotten })).toEqual([]);
  expect(await whats({ stores: { "d1 shop/orders": { id: "two" } } }, { holds, forgotten })).toEqual([gone]);
  const adopting = {
    ...declared,
    systems: { shop: { "what was adopted as d1 shop/orders": "another" } },
  };
  expect(await whats({ stores: orders }, { holds }, adopting)).toEqual([]);
});

test("of a bucket that was made again the remembered one is missed, also when a refresh wrote the new one into the state", async () => {
  there.set("r2/buckets/files", { name: "files", creation_date: "2026-11-30T12:00:00Z" });
  const label = "r2 shop/files";
  const was = { [label]: { id: "files", born: "2026-11-01T00:00:00Z" } };
  const is = { [label]: { id: "files", born: "2026-11-30T12:00:00Z" } };
  const said = [`Bucket shop/files is gone, and an up would put an empty one in its place`];
  expect(await whats({ stores: was }, { stores: is, holds: [label] })).toEqual(said);
  const forgotten = { [label]: { id: "files", born: "2026-11-01T00:00:00Z", at: "2026-11-30T13:00:00Z" } };
  expect(await look({ stores: was }, { stores: is, holds: [label], forgotten })).toMatchObject({
    memory: { stores: is },
    refusals: [],
  });
});

test("a class's objects are known by their namespace: a rename is no loss, another namespace is one", async () => {
  const path = "workers/durable_objects/namespaces";
  const of = (classes: Record<string, "live" | "gone">) => ({
    systems: {},
    workers: { "shop/api": { name: "api", classes } },
  });
  there.set(path, [{ id: "n1", script: "api", class: "Room" }]);
  expect((await look({}, {}, of({ Room: "live" }))).memory.objects).toEqual({ "shop/api/Room": "n1" });
  const before = { objects: { "shop/api/Room": "n1" } };
  there.set(path, [{ id: "n1", script: "api", class: "Hall" }]);
  expect(await look(before, {}, of({ Room: "gone", Hall: "live" }))).toMatchObject({
    memory: { objects: { "shop/api/Hall": "n1" } },
    refusals: [],
  });
  there.set(path, [{ id: "n2", script: "api", class: "Room" }]);
  expect(await whats(before, {}, of({ Room: "live" }))).toEqual([
    "Namespace of Durable Objects shop/api/Room is gone, and an up would put an empty one in its place",
  ]);
  const forgotten = { "objects shop/api/Room": { id: "n1" } };
  expect(await look(before, { forgotten }, of({ Room: "live" }))).toMatchObject({
    memory: { objects: { "shop/api/Room": "n2" } },
    refusals: [],
  });
});

test("what the stack itself puts another one in the place of is no loss, and an index is what its own resource says", async () => {
  const label = "vectorize shop/found";
  const index = (born: string) => ({ stores: { [label]: { id: "found-dev", born } }, holds: [label] });
  const of = (dimensions: string) => ({
    systems: { shop: { [label]: `found-dev ${dimensions}` } },
    workers: {},
  });
  const [first, second] = ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"];
  there.set("vectorize/v2/indexes/found-dev", { name: "found-dev", created_on: first });
  const replacing = await look(index(first), index(first), of("4"), of("3"));
  expect(replacing.refusals).toEqual([]);
  there.set("vectorize/v2/indexes/found-dev", { name: "found-dev", created_on: second });
  expect((await look(replacing.memory, index(second), of("4"))).refusals).toEqual([]);
  expect(await whats(index(first), index(first), of("4")), "made again by somebody else").toHaveLength(1);
});
