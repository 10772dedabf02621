import type { Gate } from "../../declare/index.ts";
import { judgeErrors } from "./errors.ts";
import { type Measured, seen } from "./figures.ts";
import { judgeLatency } from "./latency.ts";
import type { Judgement } from "./verdict.ts";

/** Tests that one look at a gate makes: what the chance of a false alarm is shared out over. */
export const testsOf: Readonly<Record<Gate["kind"], number>> = { errorRate: 2, latency: 3 };

/** Metrics that leave out more than this of the versions tell nothing of one. */
const mostUnattributed = 0.2;

/**
 * Holds a new version against a gate.
 * @param chance of a false alarm that each test may have, 0 to 1
 */
export function judge(gate: Gate, measured: Measured | undefined, chance: number): Judgement {
  if (measured === undefined) return waits("no metrics came");
  const { fresh, unattributed } = measured;
  if (unattributed > mostUnattributed)
    return waits(`of ${percent(unattributed)} of the requests nothing tells the version`);
  if (seen(fresh) === 0) return waits("no requests to the new version are counted yet");
  const judged = judgeKind(gate, measured, chance);
  return judged.verdict === "pass" && seen(fresh) < gate.minimumRequests
    ? waits(`${seen(fresh)} of ${gate.minimumRequests} requests seen; ${judged.reason}`)
    : judged;
}

function judgeKind(gate: Gate, measured: Measured, chance: number): Judgement {
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

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
