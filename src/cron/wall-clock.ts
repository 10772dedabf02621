/** Milliseconds since 1970 that a clock on a wall shows, as if it hung in UTC: an hour of it may come twice, or never. */
export type WallMs = number;

const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = "numeric" as const;
  const made = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, calendar: "iso8601", hourCycle: "h23", era: "short" },
    ...{ year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric },
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether there is such a time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** What the clock of a time zone shows at a moment, to the second. */
export function wallAt(timeZone: string, atMs: number): WallMs {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offsetAt = (timeZone: string, atMs: number): number =>
  wallAt(timeZone, atMs) - Math.floor(atMs / 1000) * 1000;

/** The first moment at which the clock shows that time or a later one: where the time is left out, the moment at which the clock is put forward. */
export const firstAt = (timeZone: string, wall: WallMs): number => momentOf(timeZone, wall, "first");

/** The moment from which on the clock never shows an earlier time again: where the time comes twice, the second time. */
export const lastAt = (timeZone: string, wall: WallMs): number => momentOf(timeZone, wall, "last");

function momentOf(timeZone: string, wall: WallMs, which: "first" | "last"): number {
  const [before, after] = [offsetAt(timeZone, wall - dayMs), offsetAt(timeZone, wall + dayMs)];
  if (before === after) return wall - before;
  const change = changeIn(timeZone, wall - dayMs, wall + dayMs);
  const [early, late] = [wall - before, wall - after];
  // Both are there where the clock is put back and the time comes twice; neither where it is put forward over it.
  const [isEarly, isLate] = [early < change, late >= change];
  if (isEarly && isLate) return which === "first" ? early : late;
  if (isEarly) return early;
  return isLate ? late : change;
}

/** When the clock is put forward or back between two moments, to the second. */
function changeIn(timeZone: string, fromMs: number, toMs: number): number {
  const before = offsetAt(timeZone, fromMs);
  let [low, high] = [Math.floor(fromMs / 1000), Math.ceil(toMs / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timeZone, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}
