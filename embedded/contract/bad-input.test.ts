import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { type Answer, call, upload, version, visit } from "./testing/call.ts";

let embedded: Embedded;
let a: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  a = `/accounts/${embedded.accounts[0]?.id}`;
});
afterAll(() => embedded.close());

const ok = "export default { fetch() { return new Response('fine') } }";
const refusal = ({ status, code, success }: Answer): object => ({ status, code, success });

test("credentials that are missing, malformed, foreign or of another kind get Cloudflare's answers", async () => {
  const ask = (headers: Record<string, string>, path = a): Promise<Answer> =>
    call(embedded, "GET", path, undefined, { token: undefined, headers });
  expect(refusal(await ask({}))).toEqual({ status: 400, code: 9106, success: false });
  expect(refusal(await ask({ authorization: "Basic eDp5" }))).toEqual({
    status: 400,
    code: 6003,
    success: false,
  });
  expect(refusal(await ask({ authorization: "Bearer nobody" }))).toEqual({
    status: 401,
    code: 10000,
    success: false,
  });
  for (const path of ["/accounts", "/user", "/zones"])
    expect(refusal(await ask({ authorization: "Bearer nobody" }, path))).toEqual({
      status: 403,
      code: 9109,
      success: false,
    });
  expect(refusal(await ask({ authorization: "Bearer nobody" }, "/user/tokens/verify"))).toEqual({
    status: 401,
    code: 1000,
    success: false,
  });
  const key = await ask({ "x-auth-key": "k", "x-auth-email": "e@x.example" });
  expect(refusal(key)).toEqual({ status: 403, code: 9103, success: false });
  expect(key.notes.join()).toContain("CLOUDFLARE_API_TOKEN");
});

test("a Host that does not mean this machine is refused, whatever the token", async () => {
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"]) {
    const answer = await call(embedded, "GET", a, undefined, { headers: { host } });
    expect(refusal(answer)).toEqual({ status: 403, code: 9109, success: false });
  }
  expect((await call(embedded, "GET", a, undefined, { headers: { host: "localhost:1" } })).status).toBe(200);
  // A target with a host of its own means that one, whatever the header says.
  const asToProxy = (host: string): Promise<Answer> =>
    call(embedded, "GET", `raw:http://${host}/client/v4${a}`);
  expect(refusal(await asToProxy("evil.example"))).toEqual({ status: 403, code: 9109, success: false });
  expect((await asToProxy("127.0.0.1")).status).toBe(200);
});

test("unknown routes, accounts and methods are 7003", async () => {
  for (const path of [
    "/nothing",
    "/accounts",
    "/accounts/nobody/d1/database",
    `${a}/workers/scripts/%zz`,
    `${a}/workers//scripts`,
    "raw://evil.example/x",
    "raw:/client/v4",
    "raw:*",
  ])
    expect(refusal(await call(embedded, path === "/accounts" ? "DELETE" : "GET", path)), path).toEqual({
      status: 404,
      code: 7003,
      success: false,
    });
});

test("bodies that are not what the route takes are refused with the place of the mistake", async () => {
  for (const body of ["{", "", "nonsense", '{"name":'])
    expect(refusal(await call(embedded, "POST", `${a}/workers/workers`, body))).toEqual({
      status: 400,
      code: 6003,
      success: false,
    });
  const wrong = await call(embedded, "POST", `${a}/workers/workers`, { name: 5, tags: "x" });
  expect(refusal(wrong)).toEqual({ status: 400, code: 7400, success: false });
  expect(wrong.message).toContain("name:");
  expect(wrong.message).toContain("tags:");
  for (const page of ["0", "-1", "x", "1.5"])
    expect((await call(embedded, "GET", `${a}/workers/workers?page=${page}`)).code).toBe(7400);
  expect((await call(embedded, "GET", `${a}/workers/workers?page=99`)).list).toEqual([]);
});

test("what is wrong with an analytics query is told in its errors, with status 200", async () => {
  for (const part of [
    "r2StorageAdaptiveGroups(filter: {bucketName: 5})",
    'r2StorageAdaptiveGroups(filter: "x")',
    "nothing",
    "constructor",
  ]) {
    const query = `{ viewer { accounts(filter: {accountTag: "${embedded.accounts[0]?.id}"}) { ${part} { max { objectCount } } } } }`;
    const response = await fetch(`${embedded.api}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${embedded.token}` },
      body: JSON.stringify({ query }),
    });
    expect(response.status, part).toBe(200);
    expect(await response.json(), part).toMatchObject({
      data: null,
      errors: [{ message: expect.any(String) }],
    });
  }
});

test("illegal names are refused and never cut short", async () => {
  for (const name of ["", "x".repeat(64), "a b", "a/b", "-a", "ä", "../x", "a.b"])
    expect(refusal(await call(embedded, "POST", `${a}/workers/workers`, { name })), name).toEqual({
      status: 400,
      code: 10016,
      success: false,
    });
  const long = "x".repeat(63);
  expect((await call(embedded, "POST", `${a}/workers/workers`, { name: long })).result["name"]).toBe(long);
});

test("of fifty creates of one name at once exactly one succeeds", async () => {
  for (const [path, body] of [
    ["workers/workers", { name: "race" }],
    ["d1/database", { name: "race" }],
    ["r2/buckets", { name: "race" }],
    ["queues", { queue_name: "race" }],
    ["storage/kv/namespaces", { title: "race" }],
  ] as const) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call(embedded, "POST", `${a}/${path}`, body)),
    );
    expect(
      answers.filter(({ success }) => success),
      path,
    ).toHaveLength(1);
    expect(
      answers.filter(({ status }) => status >= 500),
      path,
    ).toHaveLength(0);
  }
});

test("a first upload that is refused leaves no Worker behind, and a later one leaves the old serving", async () => {
  const put = (form: FormData): Promise<Answer> =>
    call(embedded, "PUT", `${a}/workers/scripts/fragile`, form);
  const bad: readonly [FormData, number][] = [
    [new FormData(), 10021],
    [upload("export default {", {}), 10021],
    [upload("throw new Error('at the top')", {}), 10021],
    [upload(ok, { main_module: "other.js" }), 10021],
    [upload(ok, { bindings: [{ name: "X", type: "warp_drive" }] }), 10021],
    [upload(ok, { bindings: [{ name: "X", type: "constructor" }] }), 10021],
    [upload(ok, { bindings: [{ name: "X", type: "queue" }] }), 10021],
    [upload(ok, { bindings: [{ name: "X", type: "secret_text", text: 5 }] }), 10021],
    [upload(ok, { bindings: [{ name: "constructor", type: "secret_text", text: "x" }] }), 10021],
    [upload(ok, { bindings: [{ type: "plain_text", text: "x" }] }), 10021],
    [
      upload(ok, {
        bindings: [
          { name: "X", type: "plain_text", text: "1" },
          { name: "X", type: "json", json: 1 },
        ],
      }),
      10021,
    ],
    [upload(ok, { bindings: [{ name: "X", type: "inherit" }] }), 10057],
    [upload(ok, { bindings: [{ name: "X", type: "plain_text", text: "x".repeat(5121) }] }), 10054],
    [upload(`${ok}//${randomBytes(16 * 1024 * 1024).toString("base64")}`, {}), 10027],
    [
      upload(ok, { bindings: [{ name: "X", type: "d1", id: "00000000-0000-0000-0000-000000000000" }] }),
      10181,
    ],
    [upload(ok, { bindings: [{ name: "X", type: "kv_namespace", namespace_id: "0" }] }), 10041],
    [upload(ok, { bindings: [{ name: "X", type: "r2_bucket", bucket_name: "nothing" }] }), 10085],
    [upload(ok, { bindings: [{ name: "X", type: "queue", queue_name: "nothing" }] }), 11000],
    [upload(ok, { bindings: [{ name: "X", type: "vectorize", index_name: "nothing" }] }), 10159],
    [upload(ok, { bindings: [{ name: "X", type: "service", service: "nothing" }] }), 10143],
    [
      upload(ok, { bindings: [{ name: "X", type: "durable_object_namespace", class_name: "Nothing" }] }),
      10061,
    ],
    [
      upload(ok, { bindings: [{ name: "X", type: "durable_object_namespace", class_name: "__proto__" }] }),
      10061,
    ],
    [upload(ok, { assets: { jwt: "a.b.c" } }), 10000],
    [upload(ok, { migrations: { old_tag: "v0", new_tag: "v1", steps: [] } }), 10079],
    [upload(ok, { migrations: { new_tag: "v1", new_sqlite_classes: ["NotThere"] } }), 10070],
  ];
  for (const [form, code] of bad) {
    const answer = await put(form);
    expect({ code: answer.code, success: answer.success }, answer.text).toEqual({ code, success: false });
    expect((await call(embedded, "GET", `${a}/workers/services/fragile`)).code).toBe(10090);
  }
  expect(embedded.world.state.sqlite.prepare("SELECT count(*) AS n FROM worker_part_uses").get()?.["n"]).toBe(
    0,
  );
  expect((await put(upload(ok, { bindings: [] }))).success).toBe(true);
  await call(embedded, "POST", `${a}/workers/scripts/fragile/subdomain`, { enabled: true });
  for (const [form] of bad.slice(0, 3)) expect((await put(form)).success).toBe(false);
  expect(await visit(embedded, "fragile")).toBe("200 fine");
});

test("a body that is not multipart, or half of one, is refused", async () => {
  const half = await call(
    embedded,
    "PUT",
    `${a}/workers/scripts/half`,
    "--x\r\nContent-Disposition: form-data; name=",
    { headers: { "content-type": "multipart/form-data; boundary=x" } },
  );
  expect(refusal(half)).toEqual({ status: 400, code: 10001, success: false });
  const json = await call(embedded, "PUT", `${a}/workers/scripts/half`, { main_module: "x" });
  expect(refusal(json)).toEqual({ status: 400, code: 10001, success: false });
});

test("deployments of nothing, of too much, and of versions that are not there are refused", async () => {
  const created = await call(embedded, "POST", `${a}/workers/workers`, { name: "split" });
  const { id } = (
    await call(embedded, "POST", `${a}/workers/workers/${created.result["id"]}/versions`, version(ok))
  ).result;
  const deploy = (versions: unknown): Promise<Answer> =>
    call(embedded, "POST", `${a}/workers/scripts/split/deployments`, { strategy: "percentage", versions });
  const none = "00000000-0000-0000-0000-000000000000";
  expect((await deploy([])).code).toBe(10021);
  expect((await deploy([{ version_id: id, percentage: 90 }])).code).toBe(10021);
  expect((await deploy([{ version_id: id, percentage: 101 }])).code).toBe(10021);
  expect(
    (
      await deploy([
        { version_id: id, percentage: 50 },
        { version_id: id, percentage: 50 },
      ])
    ).code,
  ).toBe(10021);
  expect((await deploy([{ version_id: none, percentage: 100 }])).code).toBe(100146);
  expect((await deploy("x")).code).toBe(7400);
  expect(
    (
      await call(embedded, "POST", `${a}/workers/scripts/nobody/deployments`, {
        strategy: "percentage",
        versions: [],
      })
    ).code,
  ).toBe(10007);
  expect(
    (await call(embedded, "GET", `${a}/workers/scripts/split/deployments`)).result["deployments"],
  ).toEqual([]);
  expect(await visit(embedded, "split")).toMatch(/^404/);
});

test("asset paths that would leave their folder are refused, and so are files of another session", async () => {
  const open = (path: string): Promise<Answer> =>
    call(embedded, "POST", `${a}/workers/scripts/pages/assets-upload-session`, {
      manifest: { [path]: { hash: "0".repeat(32), size: 1 } },
    });
  for (const path of ["/../x", "x", "/a//b", "/a/./b", "/", "/a\\b", "/\0"])
    expect((await open(path)).code, path).toBe(10304);
  for (const manifest of [
    undefined,
    [],
    "x",
    { "/x": 1 },
    { "/x": { hash: "short", size: 1 } },
    { "/x": { hash: "0".repeat(32), size: -1 } },
    { "/x": { hash: "0".repeat(32), size: 26 * 1024 * 1024 } },
  ]) {
    const path = `${a}/workers/scripts/pages/assets-upload-session`;
    expect(refusal(await call(embedded, "POST", path, { manifest }))).toEqual({
      status: 400,
      code: 10304,
      success: false,
    });
  }
  const { jwt } = (await open("/x")).result;
  const form = new FormData();
  form.set("1".repeat(32), new File(["eA=="], "x"));
  const send = (token: string): Promise<Answer> =>
    call(embedded, "POST", `${a}/workers/assets/upload?base64=true`, form, { token });
  expect((await send(String(jwt))).code).toBe(10021);
  expect((await send(`${String(jwt)}x`)).code).toBe(10000);
  expect((await send(embedded.token)).code).toBe(10000);
});

test("rules for assets that are none fail the upload with every line, in both of the ways they come in", async () => {
  const open = { manifest: { "/x.txt": { hash: "2".repeat(32), size: 1 } } };
  const session = await call(embedded, "POST", `${a}/workers/scripts/ruled/assets-upload-session`, open);
  const form = new FormData();
  form.set("2".repeat(32), new File(["eA=="], "x.txt", { type: "text/plain" }));
  const token = String(session.result["jwt"]);
  const done = await call(embedded, "POST", `${a}/workers/assets/upload?base64=true`, form, { token });
  const put = (config: object): Promise<Answer> =>
    call(
      embedded,
      "PUT",
      `${a}/workers/scripts/ruled`,
      upload(ok, { assets: { jwt: done.result["jwt"], config } }),
    );
  const redirects = await put({ _redirects: "/a /b\n/* /index.html 200\nhttps://x.example /y\n" });
  expect(refusal(redirects)).toEqual({ status: 400, code: 100324, success: false });
  expect(redirects.message.split("\n")).toEqual([
    "Invalid _redirects configuration:",
    expect.stringMatching(/^Line 2: Infinite loop detected in this rule\. /),
    "Line 3: Only relative URLs are allowed.",
  ]);
  expect((await put({ _headers: "/*\n  X-Frame-Options:\n" })).message).toBe(
    "Invalid _headers configuration:\nLine 2: Invalid header format",
  );
  // Nothing is left of a first upload that failed.
  expect((await call(embedded, "GET", `${a}/workers/workers/ruled`)).status).toBe(404);
  expect((await put({ _redirects: "/a /b\n", _headers: "/*\n  X-A: b\n" })).success).toBe(true);
});

test("a full disk is named, keeps nothing, and is over when there is room again", async () => {
  const { sqlite } = embedded.world.state;
  const pages = Number(sqlite.prepare("PRAGMA page_count").get()?.["page_count"]);
  sqlite.exec(`PRAGMA max_page_count = ${pages}`); // SQLite then has no room, as on a full disk
  const name = (n: number): string => `filled-${n}-${"x".repeat(30)}`;
  const answers: Answer[] = [];
  while (answers.at(-1)?.success !== false && answers.length < 1_000)
    answers.push(await call(embedded, "POST", `${a}/queues`, { queue_name: name(answers.length) }));
  const refused = answers.at(-1);
  expect(refused).toMatchObject({ status: 507, code: 10013 });
  expect(refused?.message).toMatch(/is full: the request was not carried out/);
  const queues = await call(embedded, "GET", `${a}/queues?per_page=1000`);
  expect(queues.text).not.toContain(name(answers.length - 1));
  sqlite.exec("PRAGMA max_page_count = 1073741823");
  const again = await call(embedded, "POST", `${a}/queues`, { queue_name: name(answers.length - 1) });
  expect(again.success).toBe(true);
});
