import type { Cron } from "./cron.ts";
import { firesOnDay } from "./fires.ts";

/** A 29th of February comes back after eight years at the latest. */
const mostDays = 8 * 366;
const dayMs = 86_400_000;

/** The newest minute in which a cron trigger fired, this one included, in UTC; undefined for one that never does, such as on the 30th of February. */
export function lastFire(cron: Cron, at: Date): Date | undefined {
  const minutes = [...cron.hour.allowed]
    .flatMap((hour) => [...cron.minute.allowed].map((minute) => hour * 60 + minute))
    .sort((a, b) => b - a);
  const today = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  for (let day = 0; day < mostDays; day++) {
    const midnight = today - day * dayMs;
    if (!firesOnDay(cron, new Date(midnight))) continue;
    const minute = minutes.find((each) => midnight + each * 60_000 <= at.getTime());
    if (minute !== undefined) return new Date(midnight + minute * 60_000);
  }
  return undefined;
}
