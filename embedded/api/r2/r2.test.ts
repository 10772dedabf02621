import { afterAll, beforeAll, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../../contract/testing/stores-api.ts";

let api: StoresApi;
beforeAll(async () => {
  api = await startStoresApi();
});
afterAll(() => api.close());

const bucket = (name: string, headers: Readonly<Record<string, string>> = {}) =>
  api.call("POST", "/r2/buckets", { name }, headers);
const refusal = (status: number, code: number) => ({
  status,
  json: { success: false, errors: [{ code }], result: null },
});

test("of 50 that want one name at the same time, one gets it", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => bucket("contested")));
  expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
  for (const lost of answers.filter((a) => a.status !== 200)) expect(lost).toMatchObject(refusal(409, 10004));
  expect(answers.find((a) => a.status === 409)?.headers.get("x-should-retry")).toBe("false");
});

test("names that cannot be are refused", async () => {
  for (const name of ["ab", "Upper", "-abc", "abc-", "a_b", "x".repeat(64), ""])
    expect(await bucket(name)).toMatchObject(refusal(400, 10005));
  expect(await bucket("fine", { "cf-r2-jurisdiction": "moon" })).toMatchObject(refusal(400, 10001));
  expect(await api.call("POST", "/r2/buckets", { name: "fine", storageClass: "Cold" })).toMatchObject({
    status: 400,
  });
  expect(await api.call("GET", "/r2/buckets/fine")).toMatchObject(refusal(404, 10006));
});

test("each jurisdiction has buckets of its own", async () => {
  await bucket("twin");
  await bucket("twin", { "cf-r2-jurisdiction": "eu" });
  await api.call("PUT", "/r2/buckets/twin/objects/k", "default");
  await api.call("PUT", "/r2/buckets/twin/objects/k", "europe", { "cf-r2-jurisdiction": "eu" });
  expect((await api.call("GET", "/r2/buckets/twin/objects/k")).text).toBe("default");
  expect(
    (await api.call("GET", "/r2/buckets/twin/objects/k", undefined, { "cf-r2-jurisdiction": "eu" })).text,
  ).toBe("europe");
  expect(
    await api.call("GET", "/r2/buckets/twin", undefined, { "cf-r2-jurisdiction": "fedramp" }),
  ).toMatchObject(refusal(404, 10006));
  expect(
    (await api.call("GET", "/r2/buckets", undefined, { "cf-r2-jurisdiction": "eu" })).json.result.buckets,
  ).toMatchObject([{ name: "twin", jurisdiction: "eu" }]);
});

test("a list has a cursor, and honours page", async () => {
  for (const n of [1, 2, 3]) await bucket(`listed-${n}`);
  const names = async (query: string) =>
    (await api.call("GET", `/r2/buckets?name_contains=listed&${query}`)).json;
  const first = await names("per_page=2");
  expect(first.result.buckets.map((b: { name: string }) => b.name)).toEqual(["listed-1", "listed-2"]);
  expect((await names(`per_page=2&cursor=${first.result_info.cursor}`)).result.buckets).toMatchObject([
    { name: "listed-3" },
  ]);
  expect((await names("per_page=2&page=3")).result.buckets).toEqual([]);
  expect((await names("direction=desc")).result.buckets[0]).toMatchObject({ name: "listed-3" });
});

test("an object keeps its key, its bytes and its HTTP headers", async () => {
  await bucket("objects");
  const key = "a/b c/ü+%.bin";
  const path = `/r2/buckets/objects/objects/${key.split("/").map(encodeURIComponent).join("/")}`;
  const bytes = new Uint8Array([0, 1, 254, 255]);
  const put = await api.call("PUT", path, bytes, {
    "content-type": "image/x",
    "cache-control": "max-age=1",
    "content-disposition": "inline",
    expires: "Thu, 01 Jan 2032 00:00:00 GMT",
  });
  expect(put.json.result).toMatchObject({ key, size: "4", storage_class: "Standard" });
  const response = await fetch(api.base + path, { headers: { authorization: `Bearer ${api.token}` } });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "image/x",
    "cache-control": "max-age=1",
    "content-disposition": "inline",
    expires: "Thu, 01 Jan 2032 00:00:00 GMT",
    "content-length": "4",
    etag: `"${put.json.result.etag}"`,
  });
  expect(
    await api.call("GET", path, undefined, { "if-none-match": `"${put.json.result.etag}"` }),
  ).toMatchObject({ status: 304, text: "" });
  const later = new Date(Date.now() + 60_000).toUTCString();
  expect((await api.call("GET", path, undefined, { "if-modified-since": later })).status).toBe(304);
  const other = { "if-none-match": '"0", W/"1"', "if-modified-since": later };
  expect((await api.call("GET", path, undefined, other)).status).toBe(200); // the ETag decides
  expect((await api.call("GET", path, undefined, { "if-none-match": "*" })).status).toBe(304);
  const head = await api.call("HEAD", path);
  expect(head).toMatchObject({ status: 200, text: "" });
  expect(head.headers.get("content-length")).toBe("4");
  expect(
    (await api.call("GET", "/r2/buckets/objects/objects?prefix=a/&delimiter=/")).json.result_info,
  ).toMatchObject({ delimited: ["a/b c/"], is_truncated: false });
  expect((await api.call("GET", "/r2/buckets/objects/objects")).json.result).toMatchObject([
    { key, size: 4, http_metadata: { contentType: "image/x" } },
  ]);
  expect(await api.call("DELETE", "/r2/buckets/objects")).toMatchObject(refusal(409, 10008));
  await api.call("DELETE", path);
  expect(await api.call("GET", path)).toMatchObject(refusal(404, 10007));
  expect(await api.call("PUT", `/r2/buckets/objects/objects/${"k".repeat(1025)}`, "x")).toMatchObject(
    refusal(400, 10020),
  );
  expect(await api.call("PUT", "/r2/buckets/none/objects/k", "x")).toMatchObject(refusal(404, 10006));
  const deletes = [1, 2, 3].map(() => api.call("DELETE", "/r2/buckets/objects"));
  expect((await Promise.all(deletes)).map(({ status }) => status).sort()).toEqual([200, 404, 404]);
});

test("what is configured is shown word for word, and changes made at once do not undo each other", async () => {
  await bucket("configured");
  const rules = [
    {
      id: "r",
      enabled: true,
      conditions: {},
      deleteObjectsTransition: { condition: { type: "Age", maxAge: 60 } },
      later: { unknown: ["kept"] },
    },
  ];
  const locks = [{ id: "l", enabled: false, prefix: "", condition: { type: "Indefinite" } }];
  await Promise.all([
    api.call("PUT", "/r2/buckets/configured/lifecycle", { rules }),
    api.call("PUT", "/r2/buckets/configured/lock", { rules: locks }),
    api.call("PUT", "/r2/buckets/configured/domains/managed", { enabled: true }),
    api.call("PATCH", "/r2/buckets/configured", undefined, { "cf-r2-storage-class": "InfrequentAccess" }),
  ]);
  expect((await api.call("GET", "/r2/buckets/configured/lifecycle")).json.result).toEqual({ rules });
  expect((await api.call("GET", "/r2/buckets/configured/lock")).json.result).toEqual({ rules: locks });
  expect((await api.call("GET", "/r2/buckets/configured/domains/managed")).json.result).toMatchObject({
    enabled: true,
  });
  expect((await api.call("GET", "/r2/buckets/configured")).json.result).toMatchObject({
    storage_class: "InfrequentAccess",
  });
  expect(await api.call("GET", "/r2/buckets/configured/cors")).toMatchObject(refusal(404, 10059));
  expect(
    (
      await api.call("PUT", "/r2/buckets/configured/cors", {
        rules: [{ allowed: { methods: ["SING"], origins: ["*"] } }],
      })
    ).status,
  ).toBe(400);
  expect(
    (await api.call("PATCH", "/r2/buckets/configured", undefined, { "cf-r2-storage-class": "Cold" })).status,
  ).toBe(400);
});
