import { expect, test } from "vitest";
import { openRateLimits } from "./rate-limits.ts";

const ask = { key: "a", limit: 2, period: 10, mitigation: 0 };

test("calls of a window are counted, and the next window begins anew", () => {
  const { within } = openRateLimits();
  const at = (nowMs: number) => within("1", ask, nowMs);
  expect([at(10_000), at(15_000), at(19_999), at(20_000), at(20_001), at(29_999)]).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
});

test("with a mitigation, who went over stays refused for that long, also in the next window", () => {
  const { within } = openRateLimits();
  const at = (nowMs: number) => within("1", { ...ask, limit: 1, mitigation: 60 }, nowMs);
  expect([at(10_000), at(11_000), at(25_000), at(70_999), at(71_000)]).toEqual([
    true,
    false,
    false,
    false,
    true,
  ]);
});

test("keys and ids are counted apart", () => {
  const { within } = openRateLimits();
  const one = { ...ask, limit: 1 };
  expect([within("1", one, 1), within("1", { ...one, key: "b" }, 1), within("2", one, 1)]).toEqual([
    true,
    true,
    true,
  ]);
  expect(within("1", one, 2)).toBe(false);
});
