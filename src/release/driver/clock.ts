import type { Entry } from "../journal/entry.ts";

/**
 * The time by which a release soaks and waits. It never jumps, whatever becomes of the machine's clock while the driver runs, and it is
 * never before what the journal says of the time: a soak is as long as the plan has it.
 * @param monotonicMs a clock that nobody sets @default performance.now
 */
export function steadyClock(
  entries: readonly Entry[],
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): () => number {
  const newest = entries.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), 0);
  const base = Math.max(wallMs(), newest) - monotonicMs();
  return () => base + monotonicMs();
}
