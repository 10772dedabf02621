/** When a cron expression fires: sets of minutes, hours, days …, in UTC as on Cloudflare. */
export interface Cron {
  /** Whether it fires in the minute that this moment lies in. */
  readonly fires: (at: Date) => boolean;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Cloudflare counts from Sunday = 1, as Quartz does. */
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly any: boolean;
  readonly has: (value: number) => boolean;
}

/** Five fields with `*`, `,`, `-`, `/`, names, and Quartz's `L`, `W`, `#` for days. Undefined for anything else. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = ""] = fields;
  const minute = numbers(minuteText, 0, 59, []);
  const hour = numbers(hourText, 0, 23, []);
  const month = numbers(monthText, 1, 12, months);
  const day = daysOfMonth(dayText);
  const weekday = weekdays(weekdayText);
  if (
    minute === undefined ||
    hour === undefined ||
    month === undefined ||
    day === undefined ||
    weekday === undefined
  )
    return undefined;
  return {
    fires: (at) => {
      if (!minute.has(at.getUTCMinutes()) || !hour.has(at.getUTCHours()) || !month.has(at.getUTCMonth() + 1))
        return false;
      // As in every cron: when both days are restricted, either will do.
      if (day.any || weekday.any) return day.has(at) && weekday.has(at);
      return day.has(at) || weekday.has(at);
    },
  };
}

interface DayField {
  readonly any: boolean;
  readonly has: (at: Date) => boolean;
}

function daysOfMonth(text: string): DayField | undefined {
  const last = (at: Date): number =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  if (/^l$/i.test(text)) return { any: false, has: (at) => at.getUTCDate() === last(at) };
  const nearest = /^(l|\d+)w$/i.exec(text)?.[1];
  if (nearest !== undefined) {
    if (!/^l$/i.test(nearest) && !(Number(nearest) >= 1 && Number(nearest) <= 31)) return undefined;
    return {
      any: false,
      has: (at) =>
        at.getUTCDate() === nearestWeekday(at, /^l$/i.test(nearest) ? last(at) : Number(nearest), last(at)),
    };
  }
  const field = numbers(text, 1, 31, []);
  return field === undefined ? undefined : { any: field.any, has: (at) => field.has(at.getUTCDate()) };
}

/** The working day nearest to a day, without leaving the month. */
function nearestWeekday(at: Date, wanted: number, last: number): number {
  const day = Math.min(wanted, last);
  const weekday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}

function weekdays(text: string): DayField | undefined {
  const nth = /^(\w+)#([1-5])$/.exec(text);
  if (nth !== null) {
    const field = numbers(nth[1] ?? "", 1, 7, days);
    return field === undefined
      ? undefined
      : {
          any: false,
          has: (at) => field.has(at.getUTCDay() + 1) && Math.ceil(at.getUTCDate() / 7) === Number(nth[2]),
        };
  }
  const lastOf = /^(\w+?)l$/i.exec(text)?.[1];
  if (lastOf !== undefined) {
    const field = numbers(lastOf, 1, 7, days);
    const isLast = (at: Date): boolean =>
      new Date(at.getTime() + 7 * 86_400_000).getUTCMonth() !== at.getUTCMonth();
    return field === undefined
      ? undefined
      : { any: false, has: (at) => field.has(at.getUTCDay() + 1) && isLast(at) };
  }
  const field = numbers(text, 1, 7, days);
  return field === undefined ? undefined : { any: field.any, has: (at) => field.has(at.getUTCDay() + 1) };
}

function numbers(text: string, low: number, high: number, names: readonly string[]): Field | undefined {
  const allowed = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", stepText] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const step = stepText === undefined ? 1 : Number(stepText);
    const bounds =
      range === "*" || range === "?"
        ? [low, high]
        : range.split("-").map((value) => numberOf(value, low, names));
    const [from, to = stepText === undefined ? from : high] = bounds;
    if (
      bounds.length > 2 ||
      from === undefined ||
      to === undefined ||
      step < 1 ||
      from < low ||
      to > high ||
      from > to ||
      Number.isNaN(from) ||
      Number.isNaN(to)
    )
      return undefined;
    for (let value = from; value <= to; value += step) allowed.add(value);
  }
  return { any: text === "*" || text === "?", has: (value) => allowed.has(value) };
}

function numberOf(text: string, low: number, names: readonly string[]): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + low;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
