import { afterAll, beforeAll, expect, test } from "vitest";
import { endsSoon, ownToken } from "../../src/cloudflare/own-token.ts";
import { logInternalErrors } from "../internal-errors.ts";
import { type Embedded, startEmbedded } from "../start.ts";
import { type Answer, call, upload } from "./testing/call.ts";

let embedded: Embedded;
let account: string;
let a: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  account = embedded.accounts[0]?.id ?? "";
  a = `/accounts/${account}`;
});
afterAll(() => embedded.close());

const code = "export default { fetch() { return new Response('fine') } }";
const refusal = ({ status, code: number, success }: Answer): object => ({ status, code: number, success });
const denied = { status: 403, code: 10000, success: false };

/** The secret of a token with one policy. */
async function tokenFor(resources: object, ...names: readonly string[]): Promise<string> {
  const made = await call(embedded, "POST", "/user/tokens", {
    name: names.join(),
    policies: [{ effect: "allow", resources, permission_groups: names.map((name) => ({ name })) }],
  });
  expect(made.success, made.text).toBe(true);
  return String(made.result["value"]);
}

const inAccount = (): string => `com.cloudflare.api.account.${account}`;

/** Whether each call is refused, in the words of Cloudflare, or gets through to what it is about. */
async function refused(
  token: string,
  calls: readonly (readonly [method: string, path: string, body?: object])[],
): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const [method, path, body] of calls) {
    const response = await fetch(`${embedded.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 403) expect(JSON.parse(text)).toMatchObject({ errors: [{ code: 10000 }] });
    answers.push(response.status === 403 ? "refused" : "allowed");
  }
  return answers;
}

test("a token for one Worker reads or changes that one as its role says, and makes or deletes none", async () => {
  const ids = new Map<string, string>();
  for (const name of ["one", "other"]) {
    const put = await call(embedded, "PUT", `${a}/workers/scripts/${name}`, upload(code, {}));
    ids.set(name, String(put.result["tag"]));
  }
  const on = (name: string) => ({
    [inAccount()]: { [`com.cloudflare.edge.worker.script.${ids.get(name)}`]: "*" },
  });
  const asked = (name: string) =>
    [
      ["GET", `${a}/workers/scripts/${name}/settings`],
      ["GET", `${a}/workers/workers/${ids.get(name)}`],
      ["GET", `${a}/workers/scripts/${name}/content/v2`],
      ["PUT", `${a}/workers/scripts/${name}/schedules`, []],
    ] as const;
  const roles = {
    "Metadata Read-Only": ["allowed", "allowed", "refused", "refused"],
    "Content Read-Only": ["allowed", "allowed", "allowed", "refused"],
    Editor: ["allowed", "allowed", "allowed", "allowed"],
  };
  for (const [role, answers] of Object.entries(roles)) {
    const token = await tokenFor(on("one"), `Individual Workers ${role}`);
    expect(await refused(token, asked("one")), role).toEqual(answers);
    expect(new Set(await refused(token, asked("other"))), role).toEqual(new Set(["refused"]));
    expect(
      await refused(token, [
        ["PUT", `${a}/workers/scripts/fresh`, upload(code, {})],
        ["POST", `${a}/workers/workers`, { name: "fresh" }],
        ["DELETE", `${a}/workers/scripts/one`],
        ["GET", `${a}/workers/scripts`],
        ["GET", `${a}/d1/database`],
      ]),
    ).toEqual(["refused", "refused", "refused", "refused", "refused"]);
  }
  const admin = await tokenFor(on("one"), "Individual Workers Admin");
  expect(await refused(admin, [["DELETE", `${a}/workers/scripts/other`]])).toEqual(["refused"]);
  expect(await refused(admin, [["DELETE", `${a}/workers/scripts/one`]])).toEqual(["allowed"]);
});

test("the roles of all Workers are told by name where they are missing; the older groups do as they did", async () => {
  const all = { [inAccount()]: "*" };
  const editor = await tokenFor(all, "Workers Editor");
  const missing = await call(embedded, "POST", `${a}/workers/workers`, { name: "made" }, { token: editor });
  expect(refusal(missing)).toEqual(denied);
  expect(missing.notes.join()).toContain('it lacks the permission "Workers Admin" on this account');
  for (const [group, name] of [
    ["Workers Admin", "first"],
    ["Workers Scripts Write", "second"],
  ] as const)
    expect(await refused(await tokenFor(all, group), [["POST", `${a}/workers/workers`, { name }]])).toEqual([
      "allowed",
    ]);
});

test("a token for the objects of one bucket reads no other bucket and no settings", async () => {
  for (const name of ["mine", "theirs"]) await call(embedded, "POST", `${a}/r2/buckets`, { name });
  const on = { [`com.cloudflare.edge.r2.bucket.${account}_default_mine`]: "*" };
  const token = await tokenFor(on, "Workers R2 Storage Bucket Item Read");
  expect(
    await refused(token, [
      ["GET", `${a}/r2/buckets/mine/objects`],
      ["PUT", `${a}/r2/buckets/mine/objects/x`, {}],
      ["GET", `${a}/r2/buckets/theirs/objects`],
      ["GET", `${a}/r2/buckets/mine`],
      ["GET", `${a}/r2/buckets`],
    ]),
  ).toEqual(["allowed", "refused", "refused", "refused", "refused"]);
});

test("a custom domain and a route need their zone's permission beside the Worker's", async () => {
  const zone = await call(embedded, "POST", "/zones", { name: "example.com", account: { id: account } });
  const id = String(zone.result["id"]);
  await call(embedded, "POST", `${a}/workers/workers`, { name: "addressed" });
  const workers = {
    effect: "allow",
    resources: { [inAccount()]: "*" },
    permission_groups: [{ name: "Workers Editor" }],
  };
  const made = async (name: string): Promise<string> => {
    const policies = [
      workers,
      {
        effect: "allow",
        resources: { [`com.cloudflare.api.account.zone.${id}`]: "*" },
        permission_groups: [{ name: "Zone Read" }, { name }],
      },
    ];
    return String((await call(embedded, "POST", "/user/tokens", { name, policies })).result["value"]);
  };
  const asked = [
    ["GET", "/zones?name=example.com"],
    ["PUT", `${a}/workers/domains`, { hostname: "api.example.com", service: "addressed", zone_id: id }],
    ["POST", `/zones/${id}/workers/routes`, { pattern: "example.com/x/*", script: "addressed" }],
  ] as const;
  expect(await refused(await made("Workers Routes Read"), asked)).toEqual(["allowed", "refused", "refused"]);
  expect(await refused(await made("Workers Routes Write"), asked)).toEqual(["allowed", "allowed", "allowed"]);
});

test("a token says when it ends, and what it may do only where it may read tokens", async () => {
  const policies = (...names: readonly string[]): readonly object[] => [
    {
      effect: "allow",
      resources: { [inAccount()]: "*" },
      permission_groups: names.map((name) => ({ name })),
    },
  ];
  const expires_on = new Date(Date.now() + 10.5 * 86_400_000).toISOString();
  const seen = async (body: object) => {
    const made = await call(embedded, "POST", "/user/tokens", { name: "x", ...body });
    return ownToken({ baseUrl: embedded.api, token: String(made.result["value"]) }, account);
  };
  const least = await seen({ policies: policies("D1 Read"), expires_on });
  expect(least).toEqual({ expiresOn: expires_on, policies: undefined });
  expect(endsSoon({ expiresOn: expires_on }, new Date())).toMatch(/^the API token ends on \S+, in 10 days$/);
  const wide = await seen({ policies: policies("D1 Write", "Account API Tokens Read") });
  expect(wide).toEqual({
    expiresOn: undefined,
    policies: [{ groups: ["D1 Write", "Account API Tokens Read"], resources: [inAccount()] }],
  });
  expect(endsSoon({ expiresOn: undefined }, new Date())).toBeUndefined();
  expect(await ownToken({ baseUrl: embedded.api, token: "nobody" }, account)).toBeUndefined();
});

test("a policy on what Cloudflare has no scope for is refused, not widened", async () => {
  for (const resources of [
    { "com.cloudflare.edge.d1.database.x": "*" },
    { "com.cloudflare.edge.worker.script.x": "*" },
    { [inAccount()]: { "com.cloudflare.edge.d1.database.x": "*" } },
    { "com.cloudflare.edge.r2.bucket.mine": "*" },
  ]) {
    const policies = [{ effect: "allow", resources, permission_groups: [{ name: "D1 Read" }] }];
    const answer = await call(embedded, "POST", "/user/tokens", { name: "x", policies });
    expect(refusal(answer)).toEqual({ status: 400, code: 1001, success: false });
    expect(answer.message).toContain("is not a supported resource type");
  }
});

test("a token with some permissions does what they allow and is told which one it lacks", async () => {
  const made = await call(embedded, "POST", "/user/tokens", {
    name: "reader",
    policies: [
      {
        effect: "allow",
        resources: { [`com.cloudflare.api.account.${embedded.accounts[0]?.id}`]: "*" },
        permission_groups: [{ name: "D1 Read" }],
      },
    ],
  });
  const token = String(made.result["value"]);
  expect((await call(embedded, "GET", `${a}/d1/database`, undefined, { token })).success).toBe(true);
  const answer = await call(embedded, "POST", `${a}/d1/database`, { name: "no" }, { token });
  expect(refusal(answer)).toEqual({ status: 403, code: 10000, success: false });
  expect(answer.message).toBe("Authentication error");
  expect(answer.notes.join()).toContain('lacks the permission "D1 Write" on this account');
  expect(
    (await call(embedded, "GET", `/accounts/${embedded.accounts[1]?.id}/d1/database`, undefined, { token }))
      .code,
  ).toBe(10000);
  expect((await call(embedded, "GET", "/accounts", undefined, { token })).list).toHaveLength(1);
  await call(embedded, "DELETE", `/user/tokens/${String(made.result["id"])}`);
  expect((await call(embedded, "GET", `${a}/d1/database`, undefined, { token })).code).toBe(10000);
});

test("what one policy grants in one account is not granted in another policy's account, nor may it make tokens", async () => {
  const [dev, staging] = embedded.accounts;
  const policy = (account: string | undefined, ...names: string[]): object => ({
    effect: "allow",
    resources: { [`com.cloudflare.api.account.${account}`]: "*" },
    permission_groups: names.map((name) => ({ name })),
  });
  const policies = [policy(dev?.id, "D1 Read"), policy(staging?.id, "D1 Write", "Account Settings Write")];
  const made = await call(embedded, "POST", "/user/tokens", { name: "two", policies });
  const token = String(made.result["value"]);
  const create = (account: string | undefined): Promise<Answer> =>
    call(embedded, "POST", `/accounts/${account}/d1/database`, { name: "paired" }, { token });
  expect((await create(staging?.id)).success).toBe(true);
  expect(refusal(await create(dev?.id))).toEqual({ status: 403, code: 10000, success: false });
  expect((await call(embedded, "GET", `${a}/d1/database`, undefined, { token })).success).toBe(true);
  const minted = await call(embedded, "POST", "/user/tokens", { name: "more", policies }, { token });
  expect(refusal(minted)).toEqual({ status: 403, code: 10000, success: false });
});

test("a token is good from its not_before to its expires_on, and only verify tells more", async () => {
  const policies = [
    {
      effect: "allow",
      resources: { "com.cloudflare.api.account.*": "*" },
      permission_groups: [{ name: "D1 Read" }],
    },
  ];
  const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString();
  for (const [times, status] of [
    [{ expires_on: day(-1) }, "expired"],
    [{ not_before: day(1) }, "disabled"],
    [{ not_before: day(-1), expires_on: day(1) }, "active"],
  ] as const) {
    const made = await call(embedded, "POST", "/user/tokens", { name: "timed", policies, ...times });
    expect(made.result).toMatchObject({ status, ...times });
    const token = String(made.result["value"]);
    const verified = await call(embedded, "GET", "/user/tokens/verify", undefined, { token });
    expect(verified.result).toMatchObject({ status });
    const asked = await call(embedded, "GET", `${a}/d1/database`, undefined, { token });
    expect(asked.code, status).toBe(status === "active" ? undefined : 10000);
  }
  const never = await call(embedded, "POST", "/user/tokens", { name: "x", policies, expires_on: "tomorrow" });
  expect(refusal(never)).toEqual({ status: 400, code: 7400, success: false });
});
