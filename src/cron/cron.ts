/** A cron expression as sets of values: five fields with `*`, `,`, `-`, `/`, names, and Quartz's `L`, `W`, `#` for days. */
export interface Cron {
  readonly minute: Values;
  readonly hour: Values;
  readonly month: Values;
  readonly dayOfMonth: DayOfMonth;
  readonly dayOfWeek: DayOfWeek;
}

export interface Values {
  /** Whether the field restricts nothing: `*` or `?`. */
  readonly any: boolean;
  readonly allowed: ReadonlySet<number>;
}

export type DayOfMonth =
  | ({ readonly kind: "days" } & Values)
  | { readonly kind: "last" }
  /** The working day nearest to a day, without leaving the month. */
  | { readonly kind: "nearestWeekday"; readonly to: number | "last" };

/** Days count from Sunday = 1, as in Quartz. */
export type DayOfWeek =
  | ({ readonly kind: "days" } & Values)
  | { readonly kind: "nth"; readonly of: Values; readonly nth: number }
  | { readonly kind: "last"; readonly of: Values };

/** What of an expression Cloudflare would not accept, as what it expects there. */
export interface NotACron {
  readonly expected: string;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Reads what Cloudflare accepts as a cron trigger; for anything else, what is expected in the first field that is wrong. */
export function parseCron(text: string): Cron | NotACron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return { expected: "five fields: minute, hour, day of month, month, day of week" };
  const [minuteText = "", hourText = "", dayText = "", monthText = "", weekdayText = ""] = fields;
  const minute = values(minuteText, 0, 59);
  if (minute === undefined) return { expected: "a minute of 0 to 59, a list, a range, or a step" };
  const hour = values(hourText, 0, 23);
  if (hour === undefined) return { expected: "an hour of 0 to 23, a list, a range, or a step" };
  const dayOfMonth = daysOfMonth(dayText);
  if (dayOfMonth === undefined)
    return { expected: "a day of month of 1 to 31, a list, a range, a step, L or W" };
  const month = values(monthText, 1, 12, months);
  if (month === undefined) return { expected: "a month of 1 to 12, or jan to dec" };
  const dayOfWeek = daysOfWeek(weekdayText);
  if (dayOfWeek === undefined)
    return {
      expected: "a day of week of 1 (Sunday) to 7 (Saturday), or sun to sat: 0 is none, unlike elsewhere",
    };
  return { minute, hour, month, dayOfMonth, dayOfWeek };
}

function daysOfMonth(text: string): DayOfMonth | undefined {
  if (/^l$/i.test(text)) return { kind: "last" };
  const [, nearest] = /^(l|\d+)w$/i.exec(text) ?? [];
  if (nearest === undefined) {
    const field = values(text, 1, 31);
    return field && { kind: "days", ...field };
  }
  if (/^l$/i.test(nearest)) return { kind: "nearestWeekday", to: "last" };
  const to = Number(nearest);
  return to >= 1 && to <= 31 ? { kind: "nearestWeekday", to } : undefined;
}

function daysOfWeek(text: string): DayOfWeek | undefined {
  const [, nthOf, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  const [, lastOf] = /^(\w+?)l$/i.exec(text) ?? [];
  const of = values(nthOf ?? lastOf ?? text, 1, 7, days);
  if (of === undefined) return undefined;
  if (nth !== undefined) return { kind: "nth", of, nth: Number(nth) };
  return lastOf === undefined ? { kind: "days", ...of } : { kind: "last", of };
}

/** `*`, or values, ranges and steps between two numbers, separated by commas. */
function values(text: string, low: number, high: number, names: readonly string[] = []): Values | undefined {
  const allowed = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", stepText] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const step = Number(stepText ?? 1);
    const bounds =
      range === "*" || range === "?" ? [low, high] : range.split("-").map((end) => numberOf(end, low, names));
    const [from = Number.NaN, to = stepText === undefined ? from : high] = bounds;
    // Written so that it is also false where an end is not a number.
    if (!(bounds.length <= 2 && step >= 1 && from >= low && from <= to && to <= high)) return undefined;
    for (let value = from; value <= to; value += step) allowed.add(value);
  }
  return { any: text === "*" || text === "?", allowed };
}

function numberOf(text: string, low: number, names: readonly string[]): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + low;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
