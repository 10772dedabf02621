import type { Gate } from "../declare/index.ts";
import { isCounted, type Standing, verdictOf } from "./gates/standing.ts";
import { scoreOf, together, usualScore } from "./gates/together.ts";
import type { Verdict } from "./gates/verdict.ts";
import type { Position } from "./plan.ts";

/** What the gates of a step came to. */
export interface StepVerdict {
  readonly verdict: Verdict;
  /** Of the gates that stand against it, or of all where it passes. */
  readonly reason: string;
}

/** A gate of a worker, and what its measurements came to; undefined before the first. */
interface Held {
  readonly worker: string;
  readonly gate: Gate;
  readonly standing: Standing | undefined;
}

export const standingOf = (
  standings: readonly Standing[],
  worker: string,
  gate: string,
): Standing | undefined => standings.find((each) => each.worker === worker && each.gate === gate);

const heldIn = ({ workers, gates }: Position, standings: readonly Standing[]): readonly Held[] =>
  workers.flatMap((worker) =>
    gates.map((gate) => ({ worker, gate, standing: standingOf(standings, worker, gate.name) })),
  );

/** What gates say of a step, one verdict for all that have a say. */
export function stepVerdict(
  at: Position,
  standings: readonly Standing[],
  skipped: readonly string[],
): StepVerdict {
  const held = heldIn(at, standings).filter(({ gate }) => hasSay(gate, at, skipped));
  if (held.length === 0) return { verdict: "pass", reason: "soaked; no gates" };
  const says = held.map((each) => ({ ...each, ...sayOf(each) }));
  const verdict = together(says, at.score ?? usualScore);
  const told = verdict === "pass" ? says : against(says, verdict);
  const { now } = scoreOf(says);
  const scored = says.some(({ critical }) => !critical);
  return {
    verdict,
    reason: `${told.map(heldText).join("; ")}${scored ? `; score ${Math.floor(now * 100)} of 100` : ""}`,
  };
}

const sayOf = ({ gate, standing }: Held) => ({
  verdict: standing === undefined ? ("inconclusive" as const) : verdictOf(gate, standing),
  critical: gate.critical ?? true,
  weight: gate.weight ?? 1,
});

/** Those that are the reason: of a failure those that failed, of a wait all that have not passed. */
function against<Each extends { readonly verdict: Verdict; readonly critical: boolean }>(
  says: readonly Each[],
  verdict: "fail" | "inconclusive",
): readonly Each[] {
  const failed = says.filter((say) => say.verdict === "fail");
  const critical = failed.filter((say) => say.critical);
  if (verdict === "inconclusive") return says.filter((say) => say.verdict !== "pass");
  return critical.length > 0 ? critical : failed;
}

function heldText({ worker, gate, standing }: Held): string {
  if (standing === undefined) return `${worker} ${gate.name}: not measured yet`;
  const { failures, passesInRow, verdict, reason } = standing;
  const { failureLimit = 0, consecutiveSuccesses = 1 } = gate;
  const more = [
    ...(failures > 0 && failureLimit > 0
      ? [`${failures} measurements failed, ${failureLimit} may`]
      : failures > 0 && verdict !== "fail"
        ? ["a measurement before failed"]
        : []),
    ...(verdict === "pass" && consecutiveSuccesses > 1
      ? [`${passesInRow} of ${consecutiveSuccesses} passes in a row`]
      : []),
  ];
  return `${worker} ${gate.name}: ${[reason, ...more].join("; ")}`;
}

/** At 100 % there is no stable version to compare with: a gate that does nothing else has no say there. */
export const hasSay = (gate: Gate, { percent }: Position, skipped: readonly string[]): boolean =>
  !gate.dryRun &&
  !skipped.includes(gate.name) &&
  !(gate.kind === "metric" && gate.limit === undefined && percent === 100);

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
