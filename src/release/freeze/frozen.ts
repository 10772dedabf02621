import type { System } from "../../declare/index.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { freezesOf } from "../hooks/conduct.ts";
import { frozenAt } from "./freeze.ts";

/** A stage, and the one that it takes everything from. */
interface Promoted {
  readonly name: string;
  readonly promotesFrom?: string;
}

/**
 * Refuses to begin in a freeze of a stage, whatever of its systems would change.
 * @param begun what would begin: `a release`
 */
export function refuseFrozen(
  systems: readonly System[],
  { name: stage, promotesFrom }: Promoted,
  begun: string,
  nowMs: number,
): void {
  const frozen = frozenAt(freezesOf(systems, stage), nowMs);
  if (frozen === undefined) return;
  const { reason, untilMs } = frozen;
  const until =
    untilMs === undefined ? "none comes within a year" : `from ${new Date(untilMs).toISOString()} on`;
  throw new UserError({
    what: `${stage} is frozen; nothing was changed: ${reason}`,
    where: "freezes of the release plans in src/systems",
    got: `${begun} that begins in a freeze`,
    expected: `a time without one: ${until}`,
    fix: sentence`wait until then; what cannot wait goes by a release, whose journal keeps who and why: ${
      promotesFrom === undefined
        ? command("release", { stage, promote: true, reason: "<why>" })
        : command("promote", { from: promotesFrom, to: stage, reason: "<why>" })
    }`,
  });
}
