import { parseCron } from "../cron/cron.ts";
import { lastFire } from "../cron/last-fire.ts";
import { backupSettings } from "./settings.ts";
import { standingOf, type Verified } from "./standing.ts";

/** How long a backup may take to be begun and to arrive. */
const graceMs = 3_600_000;

/** A backup that did not come. */
export interface Overdue {
  /** When the newest one was due, ISO 8601. */
  readonly dueAt: string;
  /** The schedule that says so. */
  readonly schedule: string;
}

/** `overdue: one was due at 2026-11-30T03:00:00.000Z (schedule "0 3 * * *", UTC), and none was begun since` */
export const overdueText = ({ dueAt, schedule }: Overdue): string =>
  `overdue: one was due at ${dueAt} (schedule "${schedule}", UTC), and none was begun since`;

/** Whether a stage misses a backup, by what this machine knows of its place. One that nobody may rely on did not come. */
export const overdueOf = (whose: Verified, now: Date): Overdue | undefined =>
  overdue(
    [backupSettings(whose.configured)?.schedule ?? []].flat(),
    standingOf(whose).sound.at(-1)?.head.name,
    now,
  );

/**
 * Whether a backup is missing: the newest is older than the last time, an hour ago or earlier, at which one was due.
 * @param schedules crons in UTC; one that is none makes nothing due, and is refused where it is said
 * @param newest the name of the newest backup, which is the time at which it was begun: `20261130T120000Z`
 */
export function overdue(
  schedules: readonly string[],
  newest: string | undefined,
  now: Date,
): Overdue | undefined {
  const before = new Date(now.getTime() - graceMs);
  const due = schedules
    .flatMap((schedule) => {
      const cron = parseCron(schedule);
      const at = "expected" in cron ? undefined : lastFire(cron, before);
      return at === undefined ? [] : [{ schedule, at }];
    })
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
  if (due === undefined) return undefined;
  const dueAt = due.at.toISOString();
  const dueName = dueAt.replace(/\.\d+Z$/, "Z").replaceAll(/[-:]/g, "");
  return newest !== undefined && newest >= dueName ? undefined : { dueAt, schedule: due.schedule };
}
