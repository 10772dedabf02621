import { type StageKeys, stageKeys } from "../../src/backup/store/signature.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Stage } from "../../src/project/stage.ts";
import { publicKeyOf } from "../../src/settings/public-key.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import type { TargetName } from "./request.ts";
import { stackFileOf } from "./stack-file.ts";

/** Whose keys. */
export interface Of {
  readonly stage: Stage;
  readonly target: TargetName;
}

/** The keys by which backups of a stage are verified; none: it has no key. */
export function keysOf({ stage, target }: Of, root: string): StageKeys {
  const said = configValues(stackFileOf(stage, target, root))["lockstep:publicKeys"];
  const parsed = stageKeys.safeParse(said ?? []);
  if (!parsed.success)
    throw new UserError({
      what: "The stage's keys cannot be read, and nobody knows by which its backups are verified",
      where: `${stackFileOf(stage, target, root)}, lockstep:publicKeys`,
      got: JSON.stringify(said),
      expected: "what signing-key wrote: a list of { key, since }",
      fix: "bring the stack file back as it was committed",
    });
  const alone = publicKeyOf(stage, target, root);
  if (parsed.data.length > 0 || alone === undefined) return parsed.data;
  return [{ key: alone }];
}
