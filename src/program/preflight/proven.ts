import type { Approval } from "../../approvals/approval.ts";
import { isProven, proofText } from "../../backup/journal.ts";
import { proofNow } from "../../backup/proof-now.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Given, Settings } from "../../settings/settings.ts";

/**
 * What is approved of and loses data of a protected stage is refused while no backup was proven lately, where the stack file says that the stage has
 * backups: an approval says that the loss is meant, and a drill that what is lost by mistake can come back.
 */
export async function withoutProof(
  { stage, target, backup, publicKeys }: Pick<Settings, "stage" | "target" | "backup" | "publicKeys">,
  used: readonly Pick<Approval, "resource">[],
  { root, env }: Pick<Given, "root" | "env">,
  now: Date = new Date(),
): Promise<readonly Diagnostic[]> {
  if (!stage.protected || backup === undefined || used.length === 0) return [];
  const whose = { root, stage: stage.name, target: target.kind, configured: backup, keys: publicKeys };
  const proof = await proofNow(whose, () => env, now);
  if (isProven(proof)) return [];
  return [
    {
      what: `What ${stage.name} would lose cannot be brought back for certain, so nothing is begun`,
      where: `${used.map(({ resource }) => resource).join(", ")} in ${stage.name}`,
      got: proofText(proof),
      expected: `a backup of the last ${backup.provenWithinDays} days that a drill has proven (provenWithinDays, under lockstep:backup or of a system)`,
      fix: sentence`make one and prove it: ${command("backup")}, then ${command("drill")}`,
    },
  ];
}
