import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../../contract/testing/stores-api.ts";

let api: StoresApi;
beforeAll(async () => {
  api = await startStoresApi();
});
afterAll(() => api.close());

const namespaces = "/storage/kv/namespaces";
const create = async (title: string): Promise<string> =>
  `${namespaces}/${(await api.call("POST", namespaces, { title })).json.result.id}`;
const refusal = (status: number, code: number) => ({
  status,
  json: { success: false, errors: [{ code }], result: null },
});

test("of 50 that want one title at the same time, one gets it", async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => api.call("POST", namespaces, { title: "contested" })),
  );
  const won = answers.filter((a) => a.status === 200);
  expect(won).toHaveLength(1);
  expect(won[0]?.json.result).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    title: "contested",
    supports_url_encoding: true,
  });
  for (const lost of answers.filter((a) => a.status !== 200)) expect(lost).toMatchObject(refusal(400, 10014));
});

test("a page past the end is empty", async () => {
  await create("paged");
  expect((await api.call("GET", `${namespaces}?page=1&per_page=1`)).json.result).toHaveLength(1);
  expect((await api.call("GET", `${namespaces}?page=99`)).json.result).toEqual([]);
  expect((await api.call("GET", `${namespaces}?page=0`)).status).toBe(400);
});

test("a value is written raw or as a form, whatever its key", async () => {
  const ns = await create("values");
  await api.call("PUT", `${ns}/values/a%2Fb%20%C3%BC?expiration_ttl=600`, new Uint8Array([0, 255]));
  const response = await fetch(`${api.base}${ns}/values/a%2Fb%20%C3%BC`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([0, 255]));
  expect(Number(response.headers.get("expiration"))).toBeGreaterThan(Date.now() / 1000);
  const form = new FormData();
  form.set("metadata", '{"ü":[1]}');
  form.set("value", new Blob([new Uint8Array([7])]), "value.bin");
  await api.call("PUT", `${ns}/values/form`, form);
  expect((await api.call("GET", `${ns}/values/form`)).text).toBe("\u0007");
  expect((await api.call("GET", `${ns}/metadata/form`)).json.result).toEqual({ ü: [1] });
  expect((await api.call("GET", `${ns}/metadata/a%2Fb%20%C3%BC`)).json.result).toBeNull();
  expect((await api.call("GET", `${ns}/keys?prefix=a/`)).json).toMatchObject({
    result: [{ name: "a/b ü", expiration: expect.any(Number) }],
    result_info: { count: 1, cursor: "" },
  });
  expect((await api.call("DELETE", `${ns}/values/form`)).status).toBe(200);
  expect(await api.call("GET", `${ns}/values/form`)).toMatchObject(refusal(404, 10009));
  expect(await api.call("GET", `${ns}/metadata/form`)).toMatchObject(refusal(404, 10009));
});

test("what KV does not take is refused in its words", async () => {
  const ns = await create("limits");
  const put = (key: string, query = "", body: string | FormData = "v") =>
    api.call("PUT", `${ns}/values/${key}${query}`, body);
  expect((await put("k", "?expiration_ttl=10")).json.errors[0].message).toContain("must be at least 60");
  expect((await put("k", "?expiration_ttl=soon")).status).toBe(400);
  expect((await put("k".repeat(513))).json.errors[0].message).toContain("exceeds key length limit of 512");
  const form = new FormData();
  form.set("value", "v");
  form.set("metadata", `"${"m".repeat(1024)}"`);
  expect((await put("k", "", form)).json.errors[0].message).toContain("exceeds limit of 1024");
  form.set("metadata", "{");
  expect((await put("k", "", form)).status).toBe(400);
  form.delete("value");
  expect((await put("k", "", form)).status).toBe(400);
  expect(
    (
      await api.call("PUT", `${ns}/values/k`, "not a form", {
        "content-type": "multipart/form-data; boundary=x",
      })
    ).status,
  ).toBe(400);
  expect((await api.call("GET", `${ns}/keys`)).json.result).toEqual([]);
  expect((await api.call("GET", `${ns}/keys?limit=5`)).status).toBe(400);
  expect(await api.call("GET", `${namespaces}/${"0".repeat(32)}/keys`)).toMatchObject(refusal(404, 10013));
});

test("bulk operations and cursors reach every key once", async () => {
  const ns = await create("bulk");
  const pairs = Array.from({ length: 1200 }, (_, n) => ({
    key: `k${n}`,
    value: `v${n}`,
    ...(n === 0 ? { metadata: { first: true } } : {}),
  }));
  expect((await api.call("PUT", `${ns}/bulk`, pairs)).json.result).toEqual({
    successful_key_count: 1200,
    unsuccessful_keys: [],
  });
  const names = new Set<string>();
  let cursor = "";
  do {
    const { result, result_info } = (await api.call("GET", `${ns}/keys?limit=500&cursor=${cursor}`)).json;
    for (const { name } of result) names.add(name);
    cursor = result_info.cursor;
  } while (cursor !== "");
  expect(names.size).toBe(1200);
  expect(
    (await api.call("POST", `${ns}/bulk/get`, { keys: ["k0", "no"], withMetadata: true })).json.result.values,
  ).toEqual({ k0: { value: "v0", metadata: { first: true } }, no: null });
  const odd = await api.call("POST", `${ns}/bulk/get`, { keys: ["__proto__", "constructor"] });
  expect(Object.entries(odd.json.result.values)).toEqual([
    ["__proto__", null],
    ["constructor", null],
  ]);
  await api.call("DELETE", `${ns}/bulk`, [...names].slice(0, 600));
  await api.call("POST", `${ns}/bulk/delete`, [...names].slice(600));
  expect((await api.call("GET", `${ns}/keys`)).json.result).toEqual([]);
  for (const bad of [
    { key: "", value: "v" },
    { key: "..", value: "v" },
    { key: "k".repeat(513), value: "v" },
    { key: "k", value: "not base64!", base64: true },
    { key: "k", value: "v", expiration_ttl: 59 },
    { key: "k", value: "v", expiration: 1 },
    { key: "k", value: "v", metadata: "m".repeat(1023) },
  ]) {
    const { status } = await api.call("PUT", `${ns}/bulk`, [{ key: "before", value: "v" }, bad]);
    expect([400, 413, 414], JSON.stringify(bad).slice(0, 80)).toContain(status);
  }
  expect((await api.call("GET", `${ns}/keys`)).json.result).toEqual([]);
  expect((await api.call("PUT", `${ns}/bulk`, "[")).status).toBe(400);
});

test("a namespace that was deleted and made again is empty", async () => {
  const ns = await create("again");
  await api.call("PUT", `${ns}/values/k`, "v");
  await api.call("DELETE", ns);
  expect(await api.call("GET", `${ns}/values/k`)).toMatchObject(refusal(404, 10013));
  const second = await create("again");
  expect((await api.call("GET", `${second}/keys`)).json.result).toEqual([]);
});

test("a key that a path would swallow is refused, and nothing above it is touched", async () => {
  const ns = await create("dots");
  // Most clients resolve these before they send them, so they are sent by hand, and also as those clients do.
  const { hostname, port, pathname } = new URL(api.base);
  const status = (path: string) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${api.token}` };
      const sent = request(
        { hostname, port, method: "DELETE", path: pathname + path, headers },
        (response) => {
          response.resume().once("end", () => resolve(response.statusCode));
        },
      );
      sent.once("error", reject).end();
    });
  for (const key of [".", "..", "%2e", "%2E%2e"]) expect(await status(`${ns}/values/${key}`), key).toBe(400);
  for (const path of [`${ns}/values/../`, `${ns}/`, `${ns}/values/`])
    expect(await status(path), path).toBe(404);
  expect((await api.call("GET", ns)).status).toBe(200);
});
