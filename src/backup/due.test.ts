import { expect, test } from "vitest";
import { overdue } from "./due.ts";

const at = (newest: string | undefined, now: string, ...schedules: readonly string[]) =>
  overdue(schedules, newest, new Date(now));
const nightly = "0 3 * * *";

test("a backup is overdue an hour after it was due, if the newest was begun before that", () => {
  expect(at("20261129T030100Z", "2026-11-30T03:59:59Z", nightly)).toBeUndefined();
  expect(at("20261129T030100Z", "2026-11-30T04:00:00Z", nightly)).toEqual({
    dueAt: "2026-11-30T03:00:00.000Z",
    schedule: nightly,
  });
  expect(at("20261130T030000Z", "2026-11-30T04:00:00Z", nightly)).toBeUndefined();
  expect(at("20261130T025959Z", "2026-11-30T23:00:00Z", nightly)).toBeDefined();
});

test("without any backup it is overdue from its first due time on, and without a schedule never", () => {
  expect(at(undefined, "2026-11-30T12:00:00Z", nightly)).toBeDefined();
  expect(at(undefined, "2026-11-30T12:00:00Z")).toBeUndefined();
  expect(at(undefined, "2026-11-30T12:00:00Z", "0 0 30 2 *", "nonsense")).toBeUndefined();
});

test("of several schedules the one counts that was due last", () => {
  const weekly = "0 12 * * sun";
  expect(at("20261129T130000Z", "2026-11-30T03:30:00Z", nightly, weekly)).toBeUndefined();
  expect(at("20261129T110000Z", "2026-11-29T13:00:00Z", nightly, weekly)?.schedule).toBe(weekly);
  expect(at("20261129T130000Z", "2026-11-30T05:00:00Z", weekly, nightly)?.schedule).toBe(nightly);
});
