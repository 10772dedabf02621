import type { ErrorRateGate, LatencyGate } from "../../declare/index.ts";
import { judgeErrors } from "./errors.ts";
import { type Measured, mostUnattributed, seen } from "./figures.ts";
import { judgeLatency } from "./latency.ts";
import type { Judgement } from "./verdict.ts";
import { wholePercent } from "./words.ts";

/** The two kinds of gates that measure a worker's requests. */
export type RequestsGate = ErrorRateGate | LatencyGate;

/**
 * Holds a new version against a gate on its requests.
 * @param chance of a false alarm that each test may have, 0 to 1
 */
export function judge(gate: RequestsGate, measured: Measured | undefined, chance: number): Judgement {
  const noData = (reason: string): Judgement => ({ verdict: gate.noData ?? "inconclusive", reason });
  if (measured === undefined) return noData("no metrics came");
  const { fresh, unattributed } = measured;
  if (unattributed > mostUnattributed)
    return waits(`of ${wholePercent(unattributed)} of the requests nothing tells the version`);
  if (seen(fresh) === 0) return noData("no requests to the new version are counted yet");
  const judged = judgeKind(gate, measured, chance);
  return judged.verdict === "pass" && seen(fresh) < gate.minimumRequests
    ? waits(`${seen(fresh)} of ${gate.minimumRequests} requests seen; ${judged.reason}`)
    : judged;
}

function judgeKind(gate: RequestsGate, measured: Measured, chance: number): Judgement {
  switch (gate.kind) {
    case "errorRate":
      return judgeErrors(gate, measured, chance);
    case "latency":
      return judgeLatency(gate, measured, chance);
    default:
      return gate satisfies never;
  }
}

const waits = (reason: string): Judgement => ({ verdict: "inconclusive", reason });
