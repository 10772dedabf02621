import { describe, expect, test } from "vitest";
import { system, worker } from "../../../src/declare/index.ts";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { defineProject } from "../../../src/project/project.ts";
import { judged, messages, type Written } from "../../testing/judge.ts";
import { noPlainSecrets } from "./no-plain-secrets.ts";

const judge = (written: Written, options = {}) => messages(noPlainSecrets, [written], options);

const version = (...bindings: unknown[]) => ({
  stack: "dev",
  type: "cloudflare:index/workerVersion:WorkerVersion",
  name: "dome/dome-api",
  props: { bindings },
});
const plain = (name: string, text: string) => ({ name, type: "plain_text", text });

describe("names that say secret are refused in plain text", () => {
  test.each([
    "API_KEY",
    "JWT_SECRET",
    "apiKey",
    "GITHUB_TOKEN",
    "DB_PASSWORD",
    "STRIPE_SECRET_KEY",
    "PRIVATE_KEY",
    "credentials",
  ])("%s", (name) => {
    const found = judge(version(plain("LOG_LEVEL", "info"), plain(name, "abc")));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`the variable ${name} in plain text, whose name says`);
    expect(found[0]).not.toContain("abc");
  });
});

describe("values that look like keys are refused whatever their name", () => {
  test.each([
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
    ["an API key", "sk-abcdefghijklmnopqrstuvwxyz"],
    ["an address with a password", "postgres://user:hunter2@db.example/x"],
    ["random characters", "q7Zk2LpX9vRt4WmN8bYc3HdF6gJs1QeA5uTiOxKz"],
    ["a JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"],
  ])("%s", (_what, value) => {
    const found = judge(version(plain("UPSTREAM", value)));
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain(value);
  });
});

describe("what is no secret is accepted", () => {
  test.each([
    ["LOG_LEVEL", "debug"],
    ["MAX_TOKENS", "4096"],
    ["TOKEN_LIMIT", "100"],
    ["KEYBOARD", "qwerty"],
    ["ENDPOINT", "https://api.example.com/v1/some/long/path/with-many-words-in-it"],
    ["DIGEST", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ["API_KEY", ""],
  ])("%s", (name, value) => {
    expect(judge(version(plain(name, value)))).toEqual([]);
  });

  test("a secret that is bound as one", () => {
    expect(
      judge(version({ name: "API_KEY", type: "secret_text", text: "sk-abcdefghijklmnopqrstuvwxyz" })),
    ).toEqual([]);
  });

  test("what another resource has under the name of bindings", () => {
    const other = { ...version(plain("API_KEY", "abc")), type: "cloudflare:index/queue:Queue" };
    expect(judge(other)).toEqual([]);
  });

  test("a version without bindings", () => {
    expect(judge({ ...version(), props: {} })).toEqual([]);
  });
});

test("a secret inside JSON is refused", () => {
  const found = judge(version({ name: "SIGNING_KEY", type: "json", json: '{"k":"v"}' }));
  expect(found).toHaveLength(1);
});

test.each([
  [
    "by its value",
    '{"stripe":{"live":"sk-abcdefghijklmnopqrstuvwxyz"}}',
    "OPTIONS.stripe.live in plain text, whose value",
  ],
  ["by its name", '{"services":[{"apiKey":"abc"}]}', "OPTIONS.services.0.apiKey in plain text, whose name"],
])("a secret deep inside JSON is refused %s", (_how, json, message) => {
  const found = judge(version({ name: "OPTIONS", type: "json", json }));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
  expect(found[0]).not.toMatch(/sk-abc|"abc"/);
});

test("JSON without a secret in it is accepted, whatever shape it has", () => {
  for (const json of ['{"maxTokens":4096,"tokens":null,"list":["a"]}', "3", "null", "[]", "no JSON"])
    expect(judge(version({ name: "OPTIONS", type: "json", json })), json).toEqual([]);
});

describe("a variable of which the declaration says why it is no secret is accepted", () => {
  const declared = worker("dome-api", {
    main: "index.ts",
    compatibilityDate: "2026-06-01",
    env: { MAP_KEY: "abc" },
    notSecret: { MAP_KEY: "of the browser, and limited to our domain" },
  });
  const waiving = {
    project: defineProject({ systems: [system("dome", [declared])], stages: [{ name: "dev" }] }),
  };

  test("it alone, whatever its value is", () => {
    const found = judge(
      version(plain("MAP_KEY", `AI${"za"}${"x1".repeat(20)}`), plain("API_KEY", "abc")),
      waiving,
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("API_KEY");
  });

  test("and not the same variable of another worker", () => {
    const other = { ...version(plain("MAP_KEY", `AI${"za"}${"x1".repeat(20)}`)), name: "dome/other" };
    expect(judge(other, waiving)).toHaveLength(1);
  });
});

test("the refusal says the repair, and the way on for what is no secret", () => {
  const [said = ""] = judge(version(plain("UPSTREAM_KEY", "b7f3c1d9e5")));
  expect(said).toContain('`UPSTREAM_KEY: secret("upstream-key")` in its env');
  expect(said).toMatch(/secret dev upstream-key/);
  expect(said).toContain('`notSecret: { UPSTREAM_KEY: "…" }`');
});

test("a binding that is not known yet says so, and does not hide the others", () => {
  const found = judged(noPlainSecrets, [
    version(
      { name: "DB", type: "d1", databaseId: unknownValue },
      plain("LATER", unknownValue),
      plain("API_KEY", "abc"),
    ),
  ]);
  expect(found.map(({ outcome }) => outcome).sort()).toEqual(["cannotTell", "mandatory"]);
  expect(found.find(({ outcome }) => outcome === "mandatory")?.message).toContain("API_KEY");
  expect(found.find(({ outcome }) => outcome === "cannotTell")?.message).toContain("LATER");
});

test("bindings of which nothing is known are not passed", () => {
  expect(judged(noPlainSecrets, [{ ...version(), props: { bindings: unknownValue } }])).toMatchObject([
    { outcome: "cannotTell" },
  ]);
});
