import { expect, test } from "vitest";
import { mixed, outsideThePlan, sharesOf } from "./plan.ts";

const steps = [10, 100];
const told = (...shares: readonly (readonly [api: number, web: number])[]): readonly string[] =>
  outsideThePlan(
    shares.map(([api, web]) => ({ api, web })),
    steps,
  );

test("the plan's way, and the ways back from it, on which the caller goes first", () => {
  expect(told([0, 0], [10, 0], [100, 0], [100, 10], [100, 100])).toEqual([]);
  expect(told([0, 0], [10, 0], [0, 0])).toEqual([]);
  expect(told([0, 0], [10, 0], [100, 0], [100, 10], [100, 0], [0, 0])).toEqual([]);
});

test("a step that is left out, that comes twice, or that comes before its turn is outside of it", () => {
  expect(told([0, 0], [100, 0])).toEqual(["0 0 → 100 0"]);
  expect(told([0, 0], [10, 0], [10, 10])).toEqual(["10 0 → 10 10"]);
  expect(told([100, 10], [0, 10])).toEqual(["100 10 → 0 10"]);
  expect(told([100, 0], [10, 0])).toEqual(["100 0 → 10 0"]);
});

test("shares are those of the new versions, and a caller's new version with an old callee is seen", () => {
  const serving = (worker: string, atMs: number, percents: Record<string, number>) => ({
    ...{ worker, atMs, percents },
  });
  expect(
    sharesOf([serving("api", 1, { a: 90, b: 10 }), serving("web", 2, { c: 100 })], { api: "b", web: "d" }),
  ).toEqual([
    { api: 0, web: 0, atMs: 0 },
    { api: 10, web: 0, atMs: 1 },
  ]);
  const visit = (web: string, api: string) => ({ fromMs: 0, toMs: 1, status: 200, by: { web, api } });
  expect(mixed([visit("web 1", "api 2"), visit("web 2", "api 2")], 2)).toEqual([]);
  expect(mixed([visit("web 2", "api 1")], 2)).toHaveLength(1);
});
