import { expect, test } from "vitest";
import { nextMinuteMs } from "./crons.ts";

const minute = 60_000;

test("every minute runs once, also when its timer fires a little early or late, and when the clock is set back", () => {
  expect(nextMinuteMs(10 * minute + 1, 0)).toBe(11 * minute);
  expect(nextMinuteMs(11 * minute - 1, 11 * minute)).toBe(12 * minute);
  expect(nextMinuteMs(11 * minute + 20, 11 * minute)).toBe(12 * minute);
  expect(nextMinuteMs(5 * minute, 11 * minute)).toBe(6 * minute);
});
