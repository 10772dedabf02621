import type { Cron, DayOfMonth, DayOfWeek } from "./cron.ts";

/** Whether a cron trigger fires in the minute that this moment lies in, in UTC as on Cloudflare. */
export function fires(cron: Cron, at: Date): boolean {
  return (
    cron.minute.allowed.has(at.getUTCMinutes()) &&
    cron.hour.allowed.has(at.getUTCHours()) &&
    firesOnDay(cron, at)
  );
}

/** Whether it fires at any time of the day that this moment lies in, in UTC. */
export function firesOnDay(cron: Cron, at: Date): boolean {
  if (!cron.month.allowed.has(at.getUTCMonth() + 1)) return false;
  const day = isDayOfMonth(cron.dayOfMonth, at);
  const weekday = isDayOfWeek(cron.dayOfWeek, at);
  // As in every cron: when both days are restricted, either will do.
  return isAny(cron.dayOfMonth) || isAny(cron.dayOfWeek) ? day && weekday : day || weekday;
}

const isAny = (field: DayOfMonth | DayOfWeek): boolean => field.kind === "days" && field.any;

function isDayOfMonth(field: DayOfMonth, at: Date): boolean {
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  switch (field.kind) {
    case "days":
      return field.allowed.has(at.getUTCDate());
    case "last":
      return at.getUTCDate() === last;
    case "nearestWeekday":
      return at.getUTCDate() === nearestWeekday(at, field.to === "last" ? last : field.to, last);
  }
}

function isDayOfWeek(field: DayOfWeek, at: Date): boolean {
  const weekday = at.getUTCDay() + 1;
  switch (field.kind) {
    case "days":
      return field.allowed.has(weekday);
    case "nth":
      return field.of.allowed.has(weekday) && Math.ceil(at.getUTCDate() / 7) === field.nth;
    case "last": {
      const aWeekLater = new Date(at.getTime() + 7 * 86_400_000);
      return field.of.allowed.has(weekday) && aWeekLater.getUTCMonth() !== at.getUTCMonth();
    }
  }
}

/** The working day nearest to a day, without leaving the month. */
function nearestWeekday(at: Date, wanted: number, last: number): number {
  const day = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}
