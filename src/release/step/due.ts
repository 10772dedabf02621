import type { Gate } from "../../declare/index.ts";
import { isCounted, type Standing } from "../gates/standing.ts";
import type { Position } from "../plan.ts";
import { hasSay, heldIn, isAskedOf, standingOf } from "./held.ts";

/** Whether every gate with a say was measured behind a moment, or is measured no more. */
export const isMeasuredBehind = (
  at: Position,
  standings: readonly Standing[],
  skipped: readonly string[],
  momentMs: number,
): boolean =>
  heldIn(at, standings)
    .filter(({ gate }) => hasSay(gate, at, skipped))
    .every(
      ({ gate, standing }) =>
        standing !== undefined && (standing.measuredAtMs >= momentMs || isCounted(gate, standing)),
    );

/** When each gate of a position is to be measured next; not those that are measured no more. */
export const dueOf = (
  at: Position,
  standings: readonly Standing[],
  sinceMs: number,
): readonly { readonly gate: string; readonly atMs: number }[] =>
  at.gates.flatMap((gate) => {
    if (!at.workers.some((worker) => isAskedOf(gate, worker, at))) return [];
    const known = at.workers.flatMap((worker) => standingOf(standings, worker, gate.name) ?? []);
    if (known.some((standing) => isCounted(gate, standing))) return [];
    const intervalMs = (gate.intervalSeconds ?? at.intervalSeconds) * 1000;
    const lastMs = known.reduce((latest, { measuredAtMs }) => Math.max(latest, measuredAtMs), 0);
    return [{ gate: gate.name, atMs: known.length === 0 ? firstMs(gate, at, sinceMs) : lastMs + intervalMs }];
  });

/** Before it there is no time that could be measured. */
function firstMs(gate: Gate, { intervalSeconds, ingestionSeconds }: Position, sinceMs: number): number {
  const first = gate.intervalSeconds ?? intervalSeconds;
  return sinceMs + Math.max(first, gate.warmUpSeconds + ingestionSeconds + 1) * 1000;
}
