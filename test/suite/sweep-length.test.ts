import { expect, test } from "vitest";
import { sweepLength } from "./sweep-length.ts";

test("a sweep takes its usual number of cases, or as many as are asked for", () => {
  expect(sweepLength(100, undefined)).toBe(100);
  expect(sweepLength(100, "")).toBe(100);
  expect(sweepLength(100, "25000")).toBe(25_000);
});

test.each(["0", "-1", "1.5", "many"])("%s is no number of cases", (wanted) => {
  expect(() => sweepLength(100, wanted)).toThrow("LOCKSTEP_RUNS is a number of cases");
});
