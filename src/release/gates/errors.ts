import type { ErrorRateGate } from "../../declare/index.ts";
import { type Failures, rateOf, riskRatio } from "../statistics/proportions.ts";
import { type Figures, type Measured, seen, seenFailed } from "./figures.ts";
import { judgeShare } from "./share.ts";
import type { Judgement } from "./verdict.ts";
import { count, percent } from "./words.ts";

/** Failing so many times as often as the stable version is an effect; less is none, however sure it is. */
export const leastRatio = 1.5;

const failuresOf = (figures: Figures): Failures => ({ failed: seenFailed(figures), of: seen(figures) });

export function judgeErrors(gate: ErrorRateGate, { fresh, stable }: Measured, chance: number): Judgement {
  const bad = failuresOf(fresh);
  const against = gate.compare && stable !== undefined ? failuresOf(stable) : undefined;
  return judgeShare(
    {
      bad,
      stable: against,
      limit: gate.below,
      alarm: gate.alarm,
      isEffect: (mine, theirs) => riskRatio(mine, theirs) >= leastRatio,
      said: `${percent(rateOf(bad))} of ${count(fresh.requests)} requests failed`,
      saidStable:
        against === undefined || stable === undefined
          ? ""
          : `${count(stable.requests)} ${percent(rateOf(against))}`,
      beyondAlarm: `above ${percent(gate.alarm)}`,
      beyondLimit: `not below ${percent(gate.below)}`,
    },
    chance,
  );
}
