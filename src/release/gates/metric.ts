import type { MetricGate } from "../../declare/index.ts";
import { type Failures, rateOf } from "../statistics/proportions.ts";
import { mostUnattributed } from "./figures.ts";
import type { NumberReading, Reading, Readings, ShareReading } from "./reading.ts";
import { judgeShare } from "./share.ts";
import type { Judgement } from "./verdict.ts";
import { count, figure, percent, wholePercent } from "./words.ts";

const waits = (reason: string): Judgement => ({ verdict: "inconclusive", reason });

/** Samples that have to be measured where the gate does not say, and the source tells them. */
export const leastSamples = 100;

/**
 * Holds a new version against a metric of a user's own.
 * @param chance of a false alarm that each test may have, 0 to 1
 */
export function judgeMetric(gate: MetricGate, readings: Readings, chance: number): Judgement {
  const { fresh, stable, unattributed, cost } = readings;
  const told = (judged: Judgement): Judgement =>
    cost === undefined ? judged : { ...judged, reason: `${judged.reason}; ${cost}` };
  if (unattributed > mostUnattributed)
    return told(waits(`of ${wholePercent(unattributed)} of the events nothing tells the version`));
  if (fresh.measures === "nothing")
    return told({ verdict: gate.noData ?? "inconclusive", reason: `no data: ${fresh.reason}` });
  if (stable?.measures === "nothing")
    return told(waits(`there is nothing to compare with: of the stable version, ${stable.reason}`));
  const judged = judgeReading(gate, fresh, stable, chance);
  const samples = samplesOf(fresh);
  const least = gate.minimumSamples ?? leastSamples;
  return told(
    judged.verdict === "pass" && samples !== undefined && samples < least
      ? waits(`${count(samples)} of ${count(least)} samples seen; ${judged.reason}`)
      : judged,
  );
}

const samplesOf = (reading: Reading): number | undefined =>
  reading.measures === "share" ? failuresOf(reading).of : reading.samples;

function judgeReading(
  gate: MetricGate,
  fresh: Reading,
  stable: Reading | undefined,
  chance: number,
): Judgement {
  switch (fresh.measures) {
    case "share":
      return judgeShareOf(gate, fresh, stable?.measures === "share" ? stable : undefined, chance);
    case "number":
      return judgeNumber(gate, fresh, stable?.measures === "number" ? stable : undefined);
    default:
      return fresh satisfies never;
  }
}

const failuresOf = ({ part, whole, sampleInterval }: ShareReading): Failures => ({
  failed: Math.round(part / sampleInterval),
  of: Math.round(whole / sampleInterval),
});

/** A share of which more is better is judged by what is missing of it. */
function judgeShareOf(
  gate: MetricGate,
  fresh: ShareReading,
  stable: ShareReading | undefined,
  chance: number,
): Judgement {
  const { better, limit, alarm = limit, compare } = gate;
  const isLower = better === "lower";
  const bad = ({ failed, of }: Failures): Failures => ({ failed: isLower ? failed : of - failed, of });
  const badShare = (value: number | undefined): number | undefined =>
    value === undefined || isLower ? value : 1 - value;
  const good = (of: Failures): number => (isLower ? rateOf(of) : 1 - rateOf(of));
  const said = (reading: ShareReading): string =>
    `${percent(rateOf(failuresOf(reading)))} of ${count(reading.whole)}`;
  return judgeShare(
    {
      bad: bad(failuresOf(fresh)),
      stable: compare === undefined || stable === undefined ? undefined : bad(failuresOf(stable)),
      limit: badShare(limit),
      alarm: badShare(alarm),
      isEffect: (mine, theirs) => isWorse(gate, good(mine), good(theirs)),
      said: said(fresh),
      saidStable: stable === undefined ? "" : said(stable),
      beyondAlarm: `${isLower ? "above" : "below"} ${percent(alarm ?? 0)}`,
      beyondLimit: `not ${isLower ? "below" : "above"} ${percent(limit ?? 0)}`,
    },
    chance,
  );
}

/** Whether a value is so much worse than the stable version's that it counts. */
function isWorse({ better, compare }: MetricGate, mine: number, theirs: number): boolean {
  if (compare === undefined) return false;
  const most = 1 + compare.worseBy;
  return better === "lower" ? mine > theirs * most : mine * most < theirs;
}

/** Nothing is known of how a number scatters, so no test is made: what it is against its limits, and against the stable version's. */
function judgeNumber(
  gate: MetricGate,
  { value }: NumberReading,
  stable: NumberReading | undefined,
): Judgement {
  const { better, limit, alarm = limit, compare } = gate;
  const isLower = better === "lower";
  const beyond = (than: number): boolean => (isLower ? value > than : value < than);
  const said = figure(value);
  const side = isLower ? "above" : "below";
  if (alarm !== undefined && beyond(alarm))
    return { verdict: "fail", reason: `${said}, ${side} ${figure(alarm)}` };
  const against = compare === undefined ? undefined : stable?.value;
  const compared = against === undefined ? said : `${said}, the stable version's ${figure(against)}`;
  if (against !== undefined && beyond(against)) {
    if (against <= 0) return waits(`${compared}: worse, and by which part cannot be said of that`);
    if (isWorse(gate, value, against))
      return {
        verdict: "fail",
        reason: `${compared}: worse by more than ${wholePercent(compare?.worseBy ?? 0)}`,
      };
  }
  if (limit !== undefined && beyond(limit))
    return waits(`${compared}, not ${isLower ? "below" : "above"} ${figure(limit)}`);
  return { verdict: "pass", reason: compared };
}
