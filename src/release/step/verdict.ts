import type { Standing } from "../gates/standing.ts";
import { scoreOf, together, usualScore } from "../gates/together.ts";
import type { Verdict } from "../gates/verdict.ts";
import type { Position } from "../plan.ts";
import { hasSay, heldIn, verdictSoFar } from "./held.ts";
import { heldText } from "./text.ts";

/** What the gates of a step came to. */
export interface StepVerdict {
  readonly verdict: Verdict;
  /** Of the gates that stand against it, or of all where it passes. */
  readonly reason: string;
}

/** What gates say of a step, one verdict for all that have a say. */
export function stepVerdict(
  at: Position,
  standings: readonly Standing[],
  skipped: readonly string[],
): StepVerdict {
  const held = heldIn(at, standings).filter(({ gate }) => hasSay(gate, at, skipped));
  if (held.length === 0) return { verdict: "pass", reason: "soaked; no gates" };
  const says = held.map((each) => ({
    ...each,
    verdict: verdictSoFar(each),
    critical: each.gate.critical ?? true,
    weight: each.gate.weight ?? 1,
  }));
  const verdict = together(says, at.score ?? usualScore);
  const told = verdict === "pass" ? says : against(says, verdict);
  const { now } = scoreOf(says);
  // A critical gate that failed has decided whatever the score is.
  const isDecided = verdict === "fail" && says.some((say) => say.critical && say.verdict === "fail");
  const scored = !isDecided && says.some(({ critical }) => !critical);
  return {
    verdict,
    reason: `${told.map((each) => `${each.worker} ${each.gate.name}: ${heldText(each)}`).join("; ")}${scored ? `; score ${Math.floor(now * 100)} of 100` : ""}`,
  };
}

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
