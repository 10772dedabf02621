import { expect, it } from "vitest";
import { unknownValue } from "../../../src/engine/property-values.ts";
import { hasUnknown, same, settled } from "./values.ts";

it("takes null and absent for the same, everywhere inside", () => {
  expect(same({ a: null, b: [{ c: null }] }, { b: [{}] })).toBe(true);
  expect(same({ a: null }, { a: false })).toBe(false);
  expect(same([1, 2], [2, 1])).toBe(false);
});

it("settles by leaving out what is null or not known, and keeps what is empty or false", () => {
  expect(settled({ a: unknownValue, b: null, c: { d: unknownValue }, e: [], f: false, g: "" })).toEqual({
    c: {},
    e: [],
    f: false,
    g: "",
  });
});

it("finds an unknown at any depth", () => {
  expect(hasUnknown({ a: [{ b: unknownValue }] })).toBe(true);
  expect(hasUnknown({ a: [{ b: "known" }] })).toBe(false);
});
