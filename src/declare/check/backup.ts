import { parseCron } from "../../cron/cron.ts";
import { lastFire } from "../../cron/last-fire.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { System } from "../system.ts";

/** What is wrong with what a system asks of the backups. */
export function checkBackup({ name, backup }: Pick<System, "name" | "backup">): Diagnostic[] {
  if (backup === undefined) return [];
  const where = `${name}, backup`;
  const { schedule, by, keep = {}, provenWithinDays } = backup;
  const expected = schedule === undefined ? undefined : notASchedule(schedule);
  return [
    ...(expected === undefined
      ? []
      : [
          {
            what: "A time at which no backup can be due",
            where: `${where}, schedule`,
            got: JSON.stringify(schedule),
            expected,
            fix: 'such as "0 3 * * *" for three in the morning, UTC',
          },
        ]),
    ...(by === undefined || by === "worker"
      ? []
      : [
          {
            what: "Backups are begun by somebody who is not known",
            where: `${where}, by`,
            got: JSON.stringify(by),
            expected: '"worker"',
            fix: "leave it out where CI or a cron of yours runs the backups",
          },
        ]),
    ...Object.entries(keep)
      .filter(([, most]) => !Number.isInteger(most) || most < 0)
      .map(([period, most]) => ({
        what: "A number of backups that is none",
        where: `${where}, keep, ${period}`,
        got: String(most),
        expected: "a whole number, 0 or more",
        fix: "such as keep: { daily: 7, weekly: 5, monthly: 12 }",
      })),
    ...(provenWithinDays === undefined || (Number.isFinite(provenWithinDays) && provenWithinDays > 0)
      ? []
      : [
          {
            what: "A number of days that is none",
            where: `${where}, provenWithinDays`,
            got: String(provenWithinDays),
            expected: "more than 0",
            fix: "such as provenWithinDays: 7",
          },
        ]),
  ];
}

/** What is expected in the place of a text that is no schedule; undefined for one that is. */
export function notASchedule(text: string): string | undefined {
  const cron = parseCron(text);
  if ("expected" in cron) return cron.expected;
  return lastFire(cron, new Date()) === undefined ? "a day that there is" : undefined;
}
