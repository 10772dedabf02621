import type { LatencyGate } from "../../declare/index.ts";
import { type Distribution, ofQuantiles, quantileOf, shareBelow } from "../statistics/distribution.ts";
import { mannWhitney } from "../statistics/mann-whitney.ts";
import { normalQuantileOfTail } from "../statistics/normal.ts";
import { type Failures, fisher, riskRatio } from "../statistics/proportions.ts";
import { leastRatio } from "./errors.ts";
import { type Figures, type Measured, seen } from "./figures.ts";
import { suspicious } from "./share.ts";
import type { Judgement } from "./verdict.ts";
import { byChance, count, milliseconds } from "./words.ts";

/** Cliff's delta from which a difference is more than negligible (Romano and others, 2006). */
const leastEffect = 0.147;
/** Of the limit: a difference below it is felt by nobody, such as that of a version whose caches are cold. */
const leastOfLimit = 0.05;

export function judgeLatency(gate: LatencyGate, { fresh, stable }: Measured, chance: number): Judgement {
  const spread = ofQuantiles(fresh.latencyMs);
  if (spread.length === 0) return { verdict: "inconclusive", reason: "no latency is told" };
  const level = gate.percentile / 100;
  const p = `p${gate.percentile}`;
  const found = quantileOf(spread, level);
  const said = `${p} is ${milliseconds(found)} over ${count(fresh.requests)} requests`;
  const atLeast = quantileOf(spread, level - marginOf(level, seen(fresh), chance));
  if (found > gate.alarmMs && atLeast > gate.alarmMs)
    return {
      verdict: "fail",
      reason: `${said}, above ${milliseconds(gate.alarmMs)} (at least ${milliseconds(atLeast)})`,
    };
  const compared = gate.compare
    ? compare(fresh, stable, level, found - gate.belowMs * leastOfLimit)
    : undefined;
  const words =
    compared === undefined ? said : `${said}, the stable version's ${milliseconds(compared.stable)}`;
  const worse =
    compared === undefined || compared.chance === 1
      ? words
      : `${words}: ${compared.how} (${byChance(compared.chance)})`;
  if (compared !== undefined && compared.chance < chance) return { verdict: "fail", reason: worse };
  if (found > gate.belowMs)
    return { verdict: "inconclusive", reason: `${worse}, not below ${milliseconds(gate.belowMs)}` };
  if (compared !== undefined && compared.chance < suspicious)
    return { verdict: "inconclusive", reason: `${worse}: too likely to be slower to go on` };
  return { verdict: "pass", reason: words };
}

/** How far below a level the true one may lie, by the spread of a binomial count: the order statistics' bound. */
const marginOf = (level: number, of: number, chance: number): number =>
  Math.min(level, normalQuantileOfTail(chance) * Math.sqrt((level * (1 - level)) / Math.max(of, 1)));

interface Compared {
  /** The stable version's percentile, in milliseconds. */
  readonly stable: number;
  /** 1 where there is no effect. */
  readonly chance: number;
  readonly how: string;
}

/**
 * Against the stable version as a whole (Mann–Whitney), and in its slow tail: the share that is slower than its percentile.
 * @param mostStable the stable percentile from which on there is no difference that counts
 */
function compare(
  fresh: Figures,
  stable: Figures | undefined,
  level: number,
  mostStable: number,
): Compared | undefined {
  if (stable === undefined || seen(stable) === 0) return undefined;
  const [mine, theirs] = [ofQuantiles(fresh.latencyMs), ofQuantiles(stable.latencyMs)];
  if (theirs.length === 0) return undefined;
  const limit = quantileOf(theirs, level);
  if (limit > mostStable) return { stable: limit, chance: 1, how: "" };
  const whole = mannWhitney({ spread: mine, count: seen(fresh) }, { spread: theirs, count: seen(stable) });
  const [slowFresh, slowStable] = [slower(mine, fresh, limit), slower(theirs, stable, limit)];
  const ratio = riskRatio(slowFresh, slowStable);
  const byWhole = whole.effect >= leastEffect ? whole.chance : 1;
  const byTail = ratio >= leastRatio ? fisher(slowFresh, slowStable) : 1;
  return {
    stable: limit,
    chance: Math.min(byWhole, byTail),
    how:
      byWhole <= byTail
        ? `slower as a whole, Cliff's delta ${whole.effect.toFixed(2)}`
        : `${ratio.toFixed(1)} times as many that are slower than that`,
  };
}

const slower = (spread: Distribution, figures: Figures, limit: number): Failures => ({
  failed: Math.round((1 - shareBelow(spread, limit)) * seen(figures)),
  of: seen(figures),
});
