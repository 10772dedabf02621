import { UnknownValueError } from "@pulumi/policy";
import { describe, expect, test } from "vitest";
import { worker } from "../../src/declare/index.ts";
import { unknownValue } from "../../src/engine/property-values.ts";
import { judge } from "../testing/judge.ts";
import { noPlainSecrets } from "./no-plain-secrets.ts";

const rule = noPlainSecrets({ stageOf: () => undefined, declaredAs: () => undefined });

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
  ])("%s", async (name) => {
    const found = await judge(rule, version(plain("LOG_LEVEL", "info"), plain(name, "abc")));
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
  ])("%s", async (_what, value) => {
    const found = await judge(rule, version(plain("UPSTREAM", value)));
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
  ])("%s", async (name, value) => {
    expect(await judge(rule, version(plain(name, value)))).toEqual([]);
  });

  test("a secret that is bound as one", async () => {
    expect(
      await judge(
        rule,
        version({ name: "API_KEY", type: "secret_text", text: "sk-abcdefghijklmnopqrstuvwxyz" }),
      ),
    ).toEqual([]);
  });

  test("what another resource has under the name of bindings", async () => {
    const other = { ...version(plain("API_KEY", "abc")), type: "cloudflare:index/queue:Queue" };
    expect(await judge(rule, other)).toEqual([]);
  });

  test("a version without bindings", async () => {
    expect(await judge(rule, { ...version(), props: {} })).toEqual([]);
  });
});

test("a secret inside JSON is refused", async () => {
  const found = await judge(rule, version({ name: "SIGNING_KEY", type: "json", json: '{"k":"v"}' }));
  expect(found).toHaveLength(1);
});

test.each([
  [
    "by its value",
    '{"stripe":{"live":"sk-abcdefghijklmnopqrstuvwxyz"}}',
    "OPTIONS.stripe.live in plain text, whose value",
  ],
  ["by its name", '{"services":[{"apiKey":"abc"}]}', "OPTIONS.services.0.apiKey in plain text, whose name"],
])("a secret deep inside JSON is refused %s", async (_how, json, message) => {
  const found = await judge(rule, version({ name: "OPTIONS", type: "json", json }));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(message);
  expect(found[0]).not.toMatch(/sk-abc|"abc"/);
});

test("JSON without a secret in it is accepted, whatever shape it has", async () => {
  for (const json of ['{"maxTokens":4096,"tokens":null,"list":["a"]}', "3", "null", "[]", "no JSON"])
    expect(await judge(rule, version({ name: "OPTIONS", type: "json", json })), json).toEqual([]);
});

describe("a variable of which the declaration says why it is no secret is accepted", () => {
  const declared = worker("dome-api", {
    main: "index.ts",
    compatibilityDate: "2026-06-01",
    env: { MAP_KEY: "abc" },
    notSecret: { MAP_KEY: "of the browser, and limited to our domain" },
  });
  const waiving = noPlainSecrets({
    stageOf: () => undefined,
    declaredAs: (kind, name) => (kind === "worker" && name === "dome/dome-api" ? declared : undefined),
  });

  test("it alone, whatever its value is", async () => {
    const found = await judge(
      waiving,
      version(plain("MAP_KEY", `AI${"za"}${"x1".repeat(20)}`), plain("API_KEY", "abc")),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain("API_KEY");
  });

  test("and not the same variable of another worker", async () => {
    const other = { ...version(plain("MAP_KEY", `AI${"za"}${"x1".repeat(20)}`)), name: "dome/other" };
    expect(await judge(waiving, other)).toHaveLength(1);
  });
});

test("the refusal says the repair, and the way on for what is no secret", async () => {
  const [said = ""] = await judge(rule, version(plain("UPSTREAM_KEY", "b7f3c1d9e5")));
  expect(said).toContain('`UPSTREAM_KEY: secret("upstream-key")` in its env');
  expect(said).toMatch(/secret dev upstream-key/);
  expect(said).toContain('`notSecret: { UPSTREAM_KEY: "…" }`');
});

test("a binding that is not known yet says so, and does not hide the others", async () => {
  const found: string[] = [];
  const judged = version(
    { name: "DB", type: "d1", databaseId: unknownValue },
    plain("LATER", unknownValue),
    plain("API_KEY", "abc"),
  );
  const [validate] = [rule.validateResource ?? []].flat();
  expect(validate).toBeDefined();
  await expect(
    judge(
      {
        ...rule,
        validateResource: (args, report) =>
          validate?.(args, (message) => {
            found.push(message);
            report(message);
          }),
      },
      judged,
    ),
  ).rejects.toBeInstanceOf(UnknownValueError);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("API_KEY");
});
