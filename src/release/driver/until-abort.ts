import type { Journal } from "../journal/journal.ts";
import { progressOf } from "./progress.ts";

/** How often a driver looks whether somebody wishes something. */
export const tickMs = 250;

/** Lets something that takes a while be ended by an abort that somebody wishes meanwhile. */
export async function untilAbort<Value>(
  journal: Journal,
  sleep: (ms: number) => Promise<void>,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  let isDone = false;
  const working = work(controller.signal).finally(() => {
    isDone = true;
  });
  const settled = working.then(
    () => undefined,
    () => undefined,
  );
  let known = journal.entries();
  while (!isDone) {
    await Promise.race([settled, sleep(tickMs)]);
    const now = journal.entries();
    if (now !== known && progressOf(now).abort !== undefined) controller.abort();
    known = now;
  }
  return working;
}
