import { z } from "zod";
import type { System } from "../declare/index.ts";
import { listedSystems } from "../declare/listed-systems.ts";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import { type BackupSettings, byShape, keepShape, provenWithinDaysShape, scheduleShape } from "./settings.ts";

type Declaring = Pick<System, "name" | "backup">;

/** What a system can say as well as a stage; the rest differs by stage. */
const sharedKeys = ["schedule", "by", "keep", "provenWithinDays"] as const;
const written = z.looseObject({
  schedule: scheduleShape.optional(),
  by: byShape.optional(),
  keep: keepShape.optional(),
  provenWithinDays: provenWithinDaysShape.optional(),
});

/**
 * What holds for a stage's backups: the value of `lockstep:backup`, and what its systems say besides. One backup is of all of them, so the strictest
 * holds: each schedule, every backup that one of them keeps, the smallest `provenWithinDays`. What has no `lockstep:backup`, or a wrong one, stays as it is.
 */
export function withDeclared(configured: unknown, systems: readonly Declaring[]): unknown {
  const own = written.safeParse(configured);
  if (!own.success) return configured;
  const plans = [...systems.flatMap(({ backup }) => backup ?? []), own.data];
  const schedules = [...new Set(plans.flatMap(({ schedule }) => schedule ?? []))];
  const keeps = plans.flatMap(({ keep }) =>
    keep === undefined ? [] : (keepShape.safeParse(keep).data ?? []),
  );
  const days = plans.flatMap(({ provenWithinDays }) => provenWithinDays ?? []);
  const by = plans.find((plan) => plan.by !== undefined)?.by;
  return {
    ...own.data,
    ...(by !== undefined && { by }),
    ...(schedules.length > 0 && { schedule: schedules }),
    ...(keeps.length > 0 && { keep: keeps.reduce(both) }),
    ...(days.length > 0 && { provenWithinDays: Math.min(...days) }),
  };
}

/** The same, by a whole stack file. */
export const configuredBackup = (
  config: Readonly<Record<string, unknown>>,
  systems: readonly System[],
  stage: Parameters<typeof listedSystems>[2],
): unknown =>
  withDeclared(config["lockstep:backup"], listedSystems(systems, config["lockstep:systems"], stage));

/** Each period's newest are kept: what one of the two keeps is what the higher number keeps. */
const both = (a: BackupSettings["keep"], b: BackupSettings["keep"]): BackupSettings["keep"] => ({
  daily: Math.max(a.daily, b.daily),
  weekly: Math.max(a.weekly, b.weekly),
  monthly: Math.max(a.monthly, b.monthly),
});

/** Settings that the stage says and one of its systems too: nobody could tell which of them was meant. */
export function saidTwice(configured: unknown, systems: readonly Declaring[], stage: string): Diagnostic[] {
  const own = written.safeParse(configured);
  if (!own.success) return [];
  return sharedKeys.flatMap((key) =>
    systems.flatMap(({ name, backup }) =>
      own.data[key] === undefined || backup?.[key] === undefined
        ? []
        : [
            {
              what: "A setting of the backups is said by the stage and by a system",
              where: `lockstep:backup of stack ${stage}, ${key}; and ${name}, backup, ${key}`,
              got: `${JSON.stringify(own.data[key])} and ${JSON.stringify(backup[key])}`,
              expected: "each setting in one place",
              fix: `take ${key} out of one of them: what is the same in every stage belongs to the system`,
            },
          ],
    ),
  );
}
