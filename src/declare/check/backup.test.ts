import { expect, test } from "vitest";
import type { BackupPlan } from "../backup.ts";
import { checkBackup } from "./backup.ts";

const wrong = (backup: BackupPlan) =>
  checkBackup({ name: "dome", backup }).map(({ where, got }) => [where, got]);

test("what a system may ask of backups is let through", () => {
  expect(checkBackup({ name: "dome" })).toEqual([]);
  expect(wrong({})).toEqual([]);
  expect(wrong({ schedule: "0 3 * * *", keep: { daily: 0, monthly: 24 }, provenWithinDays: 0.5 })).toEqual(
    [],
  );
});

test("a schedule that never comes, and numbers that are none, are named where they stand", () => {
  expect(wrong({ schedule: "0 25 * * *", keep: { daily: -1, weekly: 1.5 }, provenWithinDays: 0 })).toEqual([
    ["dome, backup, schedule", '"0 25 * * *"'],
    ["dome, backup, keep, daily", "-1"],
    ["dome, backup, keep, weekly", "1.5"],
    ["dome, backup, provenWithinDays", "0"],
  ]);
  expect(wrong({ schedule: "0 0 30 2 *", provenWithinDays: Number.NaN })).toEqual([
    ["dome, backup, schedule", '"0 0 30 2 *"'],
    ["dome, backup, provenWithinDays", "NaN"],
  ]);
});
