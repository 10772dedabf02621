import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const words = ["api-key", "stripe", "jwt-secret"];

test.each([
  ["API_KEY", "api-key"],
  ["stirpe", "stripe"],
  ["jwtsecret", "jwt-secret"],
  ["jwt-secrets", "jwt-secret"],
])("%s means %s", (typed, meant) => {
  expect(nearest(typed, words)).toBe(meant);
});

test("what is like none of them means none", () => {
  expect(nearest("database-password", words)).toBeUndefined();
  expect(nearest("x", words)).toBeUndefined();
  expect(nearest("key", [])).toBeUndefined();
});
