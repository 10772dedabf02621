import { expect, test } from "vitest";
import { json, perStage, secret, worker } from "../../index.ts";
import { checkNotSecret } from "./not-secret.ts";

const refused = (notSecret: Readonly<Record<string, string>>): readonly string[] =>
  checkNotSecret(
    "s/api",
    worker("api", {
      main: "workers/api.ts",
      compatibilityDate: "2026-06-01",
      env: { MAP_KEY: "x", LEVEL: perStage({ dev: "a" }), OPTIONS: json({}), KEY: secret("key") },
      notSecret,
    }),
  ).map(({ what, where, got, expected }) => `${what} | ${where} | ${got} | ${expected}`);

test("a waiver with a reason, of a variable in plain text, is fine", () => {
  expect(refused({ MAP_KEY: "of the browser", LEVEL: "a word", OPTIONS: "public" })).toEqual([]);
});

test("a waiver without a reason, of no variable, or of a secret is refused", () => {
  expect(refused({ MAP_KEY: " ", MAPKEY: "why", KEY: "why" })).toEqual([
    "A waiver without a reason | s/api, notSecret.MAP_KEY | an empty text | why everybody who can see the account may know MAP_KEY",
    "A waiver for what is no variable in plain text | s/api, notSecret.MAPKEY | no env.MAPKEY | MAP_KEY, LEVEL, OPTIONS",
    "A waiver for what is no variable in plain text | s/api, notSecret.KEY | env.KEY, which is bound as something else | MAP_KEY, LEVEL, OPTIONS",
  ]);
});
