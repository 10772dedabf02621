import { chanceBelow, type Distribution } from "./distribution.ts";
import { normalUpperTail } from "./normal.ts";

/** How much larger one quantity is than another. */
export interface MannWhitney {
  /** Chance of this or more if both are alike: one-sided, by the normal approximation. */
  readonly chance: number;
  /** Cliff's delta, -1 to 1: 0 where they are alike, 1 where every draw of the first is larger. */
  readonly effect: number;
}

/** A quantity, and how many draws of it were seen. */
export interface Sampled {
  readonly spread: Distribution;
  readonly count: number;
}

/**
 * The Mann–Whitney test of whether the first quantity tends to be larger than the second. Its U is the chance of a larger draw times
 * both counts, so that it can be had from quantiles where the draws themselves are not told.
 */
export function mannWhitney(first: Sampled, second: Sampled): MannWhitney {
  const [n, m] = [first.count, second.count];
  if (n < 1 || m < 1) return { chance: 1, effect: 0 };
  const larger = chanceBelow(second.spread, first.spread);
  const deviation = Math.sqrt((n + m + 1) / (12 * n * m));
  return { chance: normalUpperTail((larger - 0.5) / deviation), effect: 2 * larger - 1 };
}
