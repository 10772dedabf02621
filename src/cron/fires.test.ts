import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";
import * as cron from "./fires.ts";

function fires(text: string, iso: string): boolean {
  const parsed = parseCron(text);
  if ("expected" in parsed) throw new Error(`${text}: expected ${parsed.expected}`);
  return cron.fires(parsed, new Date(`${iso}:00Z`));
}

test("lists, ranges, steps and names fire when they say, in UTC", () => {
  expect(fires("*/5 * * * *", "2026-01-01T00:10")).toBe(true);
  expect(fires("*/5 * * * *", "2026-01-01T00:11")).toBe(false);
  expect(fires("0 17 * * SUN", "2026-01-04T17:00")).toBe(true);
  expect(fires("0 17 * * 1", "2026-01-04T17:00")).toBe(true); // Sunday is 1
  expect(fires("0 17 * * 2-6", "2026-01-04T17:00")).toBe(false);
  expect(fires("10 7 * * MON-FRI", "2026-01-05T07:10")).toBe(true);
  expect(fires("0,30 8-10/2 1 JAN,JUL *", "2026-07-01T10:30")).toBe(true);
  expect(fires("0,30 8-10/2 1 JAN,JUL *", "2026-07-01T09:30")).toBe(false);
});

test("the last day, the last Friday, the second Monday and the nearest weekday are found", () => {
  expect(fires("59 23 L * *", "2026-02-28T23:59")).toBe(true);
  expect(fires("59 23 L * *", "2026-02-27T23:59")).toBe(false);
  expect(fires("0 15 * * FRIL", "2026-05-29T15:00")).toBe(true);
  expect(fires("0 15 * * 6L", "2026-05-22T15:00")).toBe(false);
  expect(fires("0 9 * * 2#2", "2026-06-08T09:00")).toBe(true);
  expect(fires("59 23 LW * *", "2026-01-30T23:59")).toBe(true); // the 31st is a Saturday
  expect(fires("0 0 1W * *", "2026-02-02T00:00")).toBe(true); // the 1st is a Sunday
});

test("with both days restricted either will do", () => {
  expect(fires("0 0 13 * FRI", "2026-01-13T00:00")).toBe(true);
  expect(fires("0 0 13 * FRI", "2026-01-16T00:00")).toBe(true);
  expect(fires("0 0 13 * FRI", "2026-01-14T00:00")).toBe(false);
});
