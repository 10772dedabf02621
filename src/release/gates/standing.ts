import type { Gate } from "../../declare/index.ts";
import type { Judged } from "../journal/entry.ts";
import type { Verdict } from "./verdict.ts";

/** What a gate's measurements of one worker came to since the step began. */
export interface Standing extends Judged {
  /** Of the last one. */
  readonly measuredAtMs: number;
  readonly measurements: number;
  readonly failures: number;
  /** Measurements that passed, one after the other, up to the last one. */
  readonly passesInRow: number;
}

export function standingAfter(before: Standing | undefined, judged: Judged, measuredAtMs: number): Standing {
  const { measurements = 0, failures = 0, passesInRow = 0 } = before ?? {};
  return {
    ...judged,
    measuredAtMs,
    measurements: measurements + 1,
    failures: failures + (judged.verdict === "fail" ? 1 : 0),
    passesInRow: judged.verdict === "pass" ? passesInRow + 1 : 0,
  };
}

/** What a gate says by all of its measurements in a step. What has failed too often stays failed. */
export function verdictOf(
  { failureLimit = 0, consecutiveSuccesses = 1 }: Pick<Gate, "failureLimit" | "consecutiveSuccesses">,
  { failures, passesInRow }: Pick<Standing, "failures" | "passesInRow">,
): Verdict {
  if (failures > failureLimit) return "fail";
  return passesInRow >= consecutiveSuccesses ? "pass" : "inconclusive";
}

/** Whether a gate is measured no more in a step. */
export const isCounted = ({ count }: Pick<Gate, "count">, standing: Standing | undefined): boolean =>
  count !== undefined && standing !== undefined && standing.measurements >= count;
