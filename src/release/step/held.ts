import type { Gate } from "../../declare/index.ts";
import { type Standing, verdictOf } from "../gates/standing.ts";
import type { Verdict } from "../gates/verdict.ts";
import type { Position } from "../plan.ts";

/** A gate of a worker, and what its measurements came to; undefined before the first. */
export interface Held {
  readonly worker: string;
  readonly gate: Gate;
  readonly standing: Standing | undefined;
}

export const standingOf = (
  standings: readonly Standing[],
  worker: string,
  gate: string,
): Standing | undefined => standings.find((each) => each.worker === worker && each.gate === gate);

/** Whether a gate is asked of a worker: of one that is files alone no request is counted. */
export const isAskedOf = (
  gate: Gate,
  worker: string,
  { filesAlone = [] }: Pick<Position, "filesAlone">,
): boolean => gate.kind === "metric" || !filesAlone.includes(worker);

/** Every gate of every worker of a position, in the plan's order. */
export const heldIn = (at: Position, standings: readonly Standing[]): readonly Held[] =>
  at.workers.flatMap((worker) =>
    at.gates
      .filter((gate) => isAskedOf(gate, worker, at))
      .map((gate) => ({ worker, gate, standing: standingOf(standings, worker, gate.name) })),
  );

/** What a gate says by all of its measurements of a worker; before the first it is inconclusive. */
export const verdictSoFar = ({ gate, standing }: Held): Verdict =>
  standing === undefined ? "inconclusive" : verdictOf(gate, standing);

/** At 100 % there is no stable version to compare with: a gate that does nothing else has no say there. */
export const hasSay = (gate: Gate, { percent }: Position, skipped: readonly string[]): boolean =>
  !gate.dryRun &&
  !skipped.includes(gate.name) &&
  !(gate.kind === "metric" && gate.limit === undefined && percent === 100);
