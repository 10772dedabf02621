import { join } from "node:path";
import type { Stage } from "../../src/project/stage.ts";
import { type Target, targetOf } from "../../src/settings/target.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";

/**
 * The account that an `up` of the stage would use in this environment: a stack file that names one counts here too, and one that the
 * environment contradicts is refused.
 */
export function stageTarget(
  stage: Stage,
  env: Readonly<Record<string, string | undefined>>,
  root: string,
): Target {
  const configured = configValues(join(root, `Pulumi.${stage.name}.yaml`))["cloudflare:accountId"];
  return targetOf(stage, typeof configured === "string" ? configured : undefined, env, root);
}
