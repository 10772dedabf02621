import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { ReleasePlan } from "../../release.ts";
import { wrong } from "./wrong.ts";

/** What is wrong with the score that a plan's gates are to come to together. */
export function checkScore({ score, gates = [] }: ReleasePlan, where: string): Diagnostic[] {
  if (score === undefined) return [];
  const { pass, marginal } = score;
  if (!(marginal >= 0 && marginal <= pass && pass > 0 && pass <= 1))
    return [
      wrong(
        "The score of a release makes no sense",
        `${where}, score`,
        `pass: ${pass}, marginal: ${marginal}`,
        "0 ≤ marginal ≤ pass ≤ 1, and a pass above 0",
        "correct them",
      ),
    ];
  return gates.some(({ critical = true, dryRun }) => !critical && !dryRun)
    ? []
    : [
        wrong(
          "A score that no gate counts for",
          `${where}, score`,
          "no gate with critical: false and a say",
          "one or more",
          "add critical: false to the gates that are to count together, or leave score out",
        ),
      ];
}
