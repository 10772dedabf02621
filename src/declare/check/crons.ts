import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Worker } from "../worker.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Cron expressions that Cloudflare would refuse, when everything else of the worker is there already. */
export const checkCrons = (where: string, worker: Worker): Diagnostic[] =>
  (worker.crons ?? []).flatMap((cron) => {
    const expected = whatIsWrong(cron);
    if (expected === undefined) return [];
    return [
      {
        what: "A cron expression that Cloudflare does not accept",
        where: `${where}, crons`,
        got: JSON.stringify(cron),
        expected,
        fix: 'such as "0 3 * * *" for three in the morning, UTC, or "0 3 * * sun" for that on Sundays',
      },
    ];
  });

/** What is expected instead; undefined where nothing is wrong. */
export function whatIsWrong(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5) return "five fields: minute, hour, day of month, month, day of week";
  if (!isList(minute, 0, 59)) return "a minute of 0 to 59, a list, a range, or a step";
  if (!isList(hour, 0, 23)) return "an hour of 0 to 23, a list, a range, or a step";
  const [, working] = /^(\d+|l)w$/i.exec(day) ?? [];
  if (!/^lw?$/i.test(day) && !isList(working ?? day, 1, 31))
    return "a day of month of 1 to 31, a list, a range, a step, L or W";
  if (!isList(month, 1, 12, months)) return "a month of 1 to 12, or jan to dec";
  const [, ofMonth] = /^(\w+)#[1-5]$/.exec(weekday) ?? /^(\w+?)l$/i.exec(weekday) ?? [];
  if (!isList(ofMonth ?? weekday, 1, 7, days))
    return "a day of week of 1 (Sunday) to 7 (Saturday), or sun to sat: 0 is none, unlike elsewhere";
  return undefined;
}

/** `*`, or values, ranges and steps between two numbers, separated by commas. */
const isList = (field: string, low: number, high: number, names: readonly string[] = []): boolean =>
  field.split(",").every((part) => {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (Number(step) < 1) return false;
    if (range === "*" || range === "?") return true;
    const ends = range.split("-").map((text) => numberOf(text, low, names));
    const [from = Number.NaN, to = from] = ends;
    return ends.length <= 2 && from >= low && from <= to && to <= high;
  });

function numberOf(text: string, low: number, names: readonly string[]): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + low;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
