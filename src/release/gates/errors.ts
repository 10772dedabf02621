import type { ErrorRateGate } from "../../declare/index.ts";
import { chanceOfAtLeast, type Failures, fisher, rateOf, riskRatio } from "../statistics/proportions.ts";
import { type Figures, type Measured, seen, seenFailed } from "./figures.ts";
import type { Judgement } from "./verdict.ts";
import { byChance, count, percent } from "./words.ts";

/** Failing so many times as often as the stable version is an effect; less is none, however sure it is. */
export const leastRatio = 1.5;
/** A difference that chance alone makes less often than this is waited for to go away. */
const suspicious = 0.01;

const failuresOf = (figures: Figures): Failures => ({ failed: seenFailed(figures), of: seen(figures) });

export function judgeErrors(gate: ErrorRateGate, { fresh, stable }: Measured, chance: number): Judgement {
  const mine = failuresOf(fresh);
  const rate = rateOf(mine);
  const said = `${percent(rate)} of ${count(fresh.requests)} requests failed`;
  const tooMany = rate > gate.alarm ? chanceOfAtLeast(mine, gate.alarm) : 1;
  if (tooMany < chance)
    return { verdict: "fail", reason: `${said}, above ${percent(gate.alarm)} (${byChance(tooMany)})` };
  const against = gate.compare && stable !== undefined ? failuresOf(stable) : undefined;
  const isEffect = against !== undefined && riskRatio(mine, against) >= leastRatio;
  const worse = isEffect ? fisher(mine, against) : 1;
  const compared =
    against === undefined || stable === undefined
      ? said
      : `${said}, of the stable version's ${count(stable.requests)} ${percent(rateOf(against))}${isEffect ? ` (${byChance(worse)})` : ""}`;
  if (worse < chance) return { verdict: "fail", reason: compared };
  if (rate > gate.below)
    return { verdict: "inconclusive", reason: `${compared}, not below ${percent(gate.below)}` };
  if (worse < suspicious)
    return { verdict: "inconclusive", reason: `${compared}: too likely to be worse to go on` };
  return { verdict: "pass", reason: compared };
}
