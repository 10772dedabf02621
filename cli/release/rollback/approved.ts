import { type Approval, isOfChange } from "../../../src/approvals/approval.ts";
import { approvedBy } from "../../../src/approvals/block.ts";
import { digestOfChange } from "../../../src/approvals/change.ts";
import { undoOf } from "../../../src/approvals/migration.ts";
import { type Diagnostic, refuse } from "../../../src/diagnostic/user-error.ts";
import type { MigrationFile } from "../../../src/migrations/files/reading.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** A database that goes back, and loses what was written since. */
export interface Loss {
  /** `dome/silo`. */
  readonly key: string;
  /** All of its folder, in order. */
  readonly files: readonly Pick<MigrationFile, "name" | "checksum">[];
  /** The first file that is undone. */
  readonly first: string;
}

/** Refuses a loss of a protected stage that nobody has approved of. @param today `2026-12-24` */
export function refuseUnapproved(
  losses: readonly Loss[],
  stage: Pick<Stage, "name" | "protected">,
  approvals: readonly Approval[],
  today: string = new Date().toISOString().slice(0, 10),
): void {
  if (!stage.protected) return;
  const given = approvals.filter(isOfChange);
  refuse(
    losses.flatMap(({ key, files, first }): readonly Diagnostic[] => {
      const digest = digestOfChange(undoOf(stage.name, key, files, first));
      if (given.some((each) => each.digest === digest && each.resource === key && each.until >= today))
        return [];
      return [
        {
          what: `${key} of a protected stage would lose what was written since ${first}, and nobody has approved of it; nothing was changed`,
          where: `stack ${stage.name}`,
          got: `no approval for ${key} with the digest ${digest} that counts today`,
          expected: "an approval in the stack file",
          fix: `roll forward: mend the code and release it. Or have it approved: ${approvedBy([{ resource: key, digest }], stage.name)}`,
        },
      ];
    }),
  );
}
