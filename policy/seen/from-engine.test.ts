import { expect, test } from "vitest";
import { secretSignature, signatureKey, unknownValue } from "../../src/engine/property-values.ts";
import { propsOf } from "./from-engine.ts";
import { at, listAt, unknown } from "./values.ts";

test("what is not known is marked, however deep it is, and hides what is below it alone", () => {
  const props = propsOf({ a: unknownValue, list: [1, unknownValue], deep: { b: unknownValue, c: "c" } });
  expect(props).toEqual({ a: unknown, list: [1, unknown], deep: { b: unknown, c: "c" } });
  expect(at(props, "a", "below")).toBe(unknown);
  expect(listAt(props, "a")).toBe(unknown);
  expect(at(props, "deep", "c")).toBe("c");
  expect(at(props, "nowhere", "below")).toBeUndefined();
});

test("a secret is its value: between engine and pack, and in a state that was opened", () => {
  const secret = { [signatureKey]: secretSignature };
  expect(propsOf({ a: { ...secret, value: { b: "c" } }, d: { ...secret, plaintext: '["e"]' } })).toEqual({
    a: { b: "c" },
    d: ["e"],
  });
});

test("a secret that nobody here can read is not known", () => {
  expect(propsOf({ a: { [signatureKey]: secretSignature, ciphertext: "v1:x" } })).toEqual({ a: unknown });
});
