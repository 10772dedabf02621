import type { Gate } from "../../declare/index.ts";
import type { Position } from "../plan.ts";
import { type Held, hasSay } from "./held.ts";

/** What a gate's measurements of a worker came to, with the last one's figures. */
export function heldText({ gate, standing }: Held): string {
  if (standing === undefined) return "not measured yet";
  const { failures, passesInRow, verdict, reason } = standing;
  const { failureLimit = 0, consecutiveSuccesses = 1 } = gate;
  const more = [
    ...(failures > 0 && (failureLimit > 0 || verdict !== "fail")
      ? [`${failures} of its measurements failed, ${failureLimit === 0 ? "none" : failureLimit} may`]
      : []),
    ...(verdict === "pass" && consecutiveSuccesses > 1
      ? [`${passesInRow} of ${consecutiveSuccesses} passes in a row`]
      : []),
  ];
  return [reason, ...more].join("; ");
}

/** What of a gate keeps it from deciding alone: `dry run`, `weight 2`. Empty where nothing does. */
export function sayText(gate: Gate, at: Position, skipped: readonly string[]): string {
  if (gate.dryRun) return "dry run";
  if (skipped.includes(gate.name)) return "skipped";
  if (!hasSay(gate, at, skipped)) return "no stable version to compare with";
  return (gate.critical ?? true) ? "" : `weight ${gate.weight ?? 1}`;
}
