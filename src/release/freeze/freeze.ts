import { type Cron, parseCron } from "../../cron/cron.ts";
import { firesOnDay } from "../../cron/fires.ts";
import { firstAt, lastAt, type WallMs, wallAt } from "../../cron/wall-clock.ts";
import type { FreezeWindow } from "../../declare/index.ts";

type Window = Pick<FreezeWindow, "cron" | "hours" | "timeZone" | "reason">;

/** A freeze that is in force. */
export interface Frozen {
  readonly reason: string;
  /** When the last of the windows that follow each other ends; undefined where none does within a year. */
  readonly untilMs: number | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What freezes a moment: the first window that does, until the end of all that follow it without a gap. */
export function frozenAt(windows: readonly Window[], atMs: number): Frozen | undefined {
  const first = endsOf(windows, atMs)[0];
  if (first === undefined) return undefined;
  let untilMs = atMs;
  while (untilMs < atMs + 366 * dayMs) {
    const ends = endsOf(windows, untilMs);
    if (ends.length === 0) return { reason: first.reason, untilMs };
    untilMs = Math.max(...ends.map(({ endMs }) => endMs));
  }
  return { reason: first.reason, untilMs: undefined };
}

/** The windows that a moment lies in, and when each of them ends. */
const endsOf = (
  windows: readonly Window[],
  atMs: number,
): readonly { readonly reason: string; readonly endMs: number }[] =>
  windows.flatMap(({ cron, hours, timeZone, reason }) => {
    const parsed = parseCron(cron);
    if ("expected" in parsed) throw new Error(`${cron}: expected ${parsed.expected}`);
    const start = lastStart(parsed, timeZone, atMs, hours * hourMs);
    if (start === undefined) return [];
    const endMs = lastAt(timeZone, start + hours * hourMs);
    return endMs > atMs ? [{ reason, endMs }] : [];
  });

/** The latest time at which the expression has begun a window that may last still: a later one ends later. */
function lastStart(cron: Cron, timeZone: string, atMs: number, lengthMs: number): WallMs | undefined {
  // The clock shows a later time than now where it was put back since: those have begun too.
  const newest = wallAt(timeZone, atMs) + dayMs;
  const oldest = newest - lengthMs - 3 * dayMs;
  const [hours, minutes] = [cron.hour, cron.minute].map(({ allowed }) => [...allowed].sort((a, b) => b - a));
  for (let day = Math.floor(newest / dayMs) * dayMs; day > oldest - dayMs; day -= dayMs) {
    if (!firesOnDay(cron, new Date(day))) continue;
    for (const hour of hours ?? [])
      for (const minute of minutes ?? []) {
        const wall = day + hour * hourMs + minute * 60_000;
        if (firstAt(timeZone, wall) <= atMs) return wall;
      }
  }
  return undefined;
}
