import { chanceOfAtLeast, type Failures, fisher, rateOf } from "../statistics/proportions.ts";
import type { Judgement } from "./verdict.ts";
import { byChance } from "./words.ts";

/** A difference that chance alone makes less often than this is waited for to go away. */
export const suspicious = 0.01;

/** A share of a version that is held to limits, and to the stable version's. */
export interface Share {
  /** Counts of what is bad, as far as it was seen. */
  readonly bad: Failures;
  /** The stable version's; undefined where there is nothing to compare with. */
  readonly stable: Failures | undefined;
  /** Passes at most at this share of what is bad. @default - no limit */
  readonly limit: number | undefined;
  /** Fails above this share of what is bad. @default - no limit */
  readonly alarm: number | undefined;
  /** Whether the new version is worse than the stable one by so much that it counts, however sure it is. */
  readonly isEffect: (bad: Failures, stable: Failures) => boolean;
  /** What was measured, and what of the stable version. */
  readonly said: string;
  readonly saidStable: string;
  /** `above 5.00 %`, `not below 1.00 %` */
  readonly beyondAlarm: string;
  readonly beyondLimit: string;
}

/** The exact binomial test against the alarm, and Fisher's exact test against the stable version. */
export function judgeShare(share: Share, chance: number): Judgement {
  const { bad, stable, limit, alarm, said } = share;
  const rate = rateOf(bad);
  const tooMany = alarm !== undefined && rate > alarm ? chanceOfAtLeast(bad, alarm) : 1;
  if (tooMany < chance)
    return { verdict: "fail", reason: `${said}, ${share.beyondAlarm} (${byChance(tooMany)})` };
  const isEffect = stable !== undefined && share.isEffect(bad, stable);
  const worse = isEffect ? fisher(bad, stable) : 1;
  const compared =
    stable === undefined
      ? said
      : `${said}, of the stable version's ${share.saidStable}${isEffect ? ` (${byChance(worse)})` : ""}`;
  if (worse < chance) return { verdict: "fail", reason: compared };
  if (limit !== undefined && rate > limit)
    return { verdict: "inconclusive", reason: `${compared}, ${share.beyondLimit}` };
  if (worse < suspicious)
    return { verdict: "inconclusive", reason: `${compared}: too likely to be worse to go on` };
  return { verdict: "pass", reason: compared };
}
