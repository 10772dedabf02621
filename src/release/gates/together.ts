import type { ReleaseScore } from "../../declare/index.ts";
import type { Verdict } from "./verdict.ts";

/** A gate's say in a step. */
export interface Say {
  readonly verdict: Verdict;
  readonly critical: boolean;
  /** Above 0; counts where it is not critical. */
  readonly weight: number;
}

export const usualScore: ReleaseScore = { pass: 0.95, marginal: 0.75 };

/**
 * What the gates of a step say together. One critical gate that fails, fails all; one that is inconclusive keeps all from passing.
 * The others count together: the weight of those that pass, of the weight of all. One that is inconclusive helps as little as one
 * that fails; they fail when they could not reach the margin even if every inconclusive one came to pass.
 */
export function together(says: readonly Say[], { pass, marginal }: ReleaseScore): Verdict {
  const critical = says.filter((say) => say.critical).map(({ verdict }) => verdict);
  const scored = scoreOf(says);
  if (critical.includes("fail") || scored.best < marginal) return "fail";
  return critical.includes("inconclusive") || scored.now < pass ? "inconclusive" : "pass";
}

/** The score of the gates that are not critical, and the best that it could still come to, 0 to 1; 1 where there are none. */
export function scoreOf(says: readonly Say[]): { readonly now: number; readonly best: number } {
  const counted = says.filter(({ critical }) => !critical);
  const weightOf = (verdicts: readonly Verdict[]): number =>
    counted.filter(({ verdict }) => verdicts.includes(verdict)).reduce((sum, { weight }) => sum + weight, 0);
  const all = weightOf(["pass", "inconclusive", "fail"]);
  return all === 0
    ? { now: 1, best: 1 }
    : { now: weightOf(["pass"]) / all, best: weightOf(["pass", "inconclusive"]) / all };
}
