import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Gate, ReleasePlan } from "../../release.ts";
import { wrong } from "./wrong.ts";

/** Whether a gate's numbers let it come to a verdict at all, in the shortest step of its plan. */
export function neverPasses(gate: Gate, plan: ReleasePlan, where: string): Diagnostic[] {
  const { count, failureLimit = 0, consecutiveSuccesses = 1, warmUpSeconds } = gate;
  const { steps, patienceSeconds = 3600, ingestionSeconds = 120 } = plan;
  const intervalSeconds = gate.intervalSeconds ?? plan.intervalSeconds ?? 60;
  const lasts = Math.min(...steps.map(({ soakSeconds }) => soakSeconds)) + patienceSeconds;
  const first = Math.max(intervalSeconds, warmUpSeconds + ingestionSeconds + 1);
  const needed = first + (consecutiveSuccesses - 1) * intervalSeconds;
  return [
    ...(count !== undefined && failureLimit >= count
      ? [
          wrong(
            "A gate that can never fail",
            `${where}, failureLimit`,
            `failureLimit: ${failureLimit}, count: ${count}`,
            "fewer failures that are let pass than there are measurements",
            "lower failureLimit; to measure without a say: dryRun: true",
          ),
        ]
      : []),
    ...(count !== undefined && consecutiveSuccesses > count
      ? [
          wrong(
            "A gate that can never pass",
            `${where}, consecutiveSuccesses`,
            `consecutiveSuccesses: ${consecutiveSuccesses}, count: ${count}`,
            "at least as many measurements as have to pass",
            "raise count, or lower consecutiveSuccesses",
          ),
        ]
      : []),
    ...(Number.isFinite(lasts) && needed > lasts
      ? [
          wrong(
            "A gate that can never pass",
            where,
            `the measurements that have to pass take ${needed} s, with warmUpSeconds ${warmUpSeconds}, ingestionSeconds ${ingestionSeconds}, intervalSeconds ${intervalSeconds} and consecutiveSuccesses ${consecutiveSuccesses}; the shortest step lasts ${lasts} s`,
            "a step, its soak and the plan's patienceSeconds, that lasts longer",
            "lengthen the step or patienceSeconds, or shorten what the gate needs",
          ),
        ]
      : []),
  ];
}
