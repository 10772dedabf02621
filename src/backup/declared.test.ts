import { expect, test } from "vitest";
import type { BackupPlan } from "../declare/index.ts";
import { saidTwice, withDeclared } from "./declared.ts";
import { backupSettings } from "./settings.ts";

const recipients = [`age1${"q".repeat(58)}`];
const systems = (...plans: readonly (BackupPlan | undefined)[]) =>
  plans.map((backup, i) => ({ name: `s${i}`, ...(backup !== undefined && { backup }) }));
const settled = (configured: unknown, ...plans: readonly (BackupPlan | undefined)[]) =>
  backupSettings(withDeclared(configured, systems(...plans)));

test("what systems ask of the backups meets what the stage says of them", () => {
  expect(settled({ recipients, to: "elsewhere" }, undefined)).toEqual({
    recipients,
    to: "elsewhere",
    keep: { daily: 7, weekly: 5, monthly: 12 },
    provenWithinDays: 7,
  });
  expect(
    settled({ recipients, provenWithinDays: 3 }, { schedule: "0 3 * * *", keep: { daily: 30 } }),
  ).toEqual({
    recipients,
    to: "backups",
    schedule: ["0 3 * * *"],
    keep: { daily: 30, weekly: 5, monthly: 12 },
    provenWithinDays: 3,
  });
});

test("of several systems the strictest holds: each schedule, what any of them keeps, the fewest days", () => {
  expect(
    settled(
      { recipients },
      { schedule: "0 3 * * *", keep: { daily: 30, weekly: 0, monthly: 0 }, provenWithinDays: 5 },
      { schedule: "0 15 * * *", keep: { daily: 1, weekly: 4, monthly: 1 }, provenWithinDays: 2 },
      { schedule: "0 3 * * *" },
      undefined,
    ),
  ).toMatchObject({
    schedule: ["0 3 * * *", "0 15 * * *"],
    keep: { daily: 30, weekly: 4, monthly: 1 },
    provenWithinDays: 2,
  });
});

test("a stage without lockstep:backup gets none by its systems, and a wrong one stays wrong", () => {
  expect(withDeclared(undefined, systems({ provenWithinDays: 2 }))).toBeUndefined();
  const wrong = { recipients, provenWithinDays: "two" };
  expect(withDeclared(wrong, systems({ keep: {} }))).toBe(wrong);
  expect(saidTwice(wrong, systems({ provenWithinDays: 2 }), "prod")).toEqual([]);
});

test("what is said twice is refused with both places", () => {
  const twice = saidTwice(
    { recipients, keep: { daily: 3 }, provenWithinDays: 3 },
    systems({ keep: { daily: 9 }, schedule: "0 3 * * *" }, undefined, { keep: {} }),
    "prod",
  );
  expect(twice.map(({ where }) => where)).toEqual([
    "lockstep:backup of stack prod, keep; and s0, backup, keep",
    "lockstep:backup of stack prod, keep; and s2, backup, keep",
  ]);
  expect(saidTwice({ recipients }, systems({ keep: {}, provenWithinDays: 1 }), "prod")).toEqual([]);
});
