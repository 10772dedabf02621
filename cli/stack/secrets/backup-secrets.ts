import { bucketSecretUses } from "../../../src/backup/bucket-secrets.ts";
import { configuredBackup } from "../../../src/backup/declared.ts";
import { backupSettings } from "../../../src/backup/settings.ts";
import type { System } from "../../../src/declare/index.ts";
import type { SecretUse } from "../../../src/declare/secret-uses.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { configValues } from "../../../toolchain/stacks/stack-config.ts";
import type { Run } from "../engine/pulumi.ts";
import type { TargetName } from "../request.ts";
import { stackFileOf } from "../stack-file.ts";

/** The secrets with which a stage's worker reaches the bucket of its backups: no system declares them. */
export function backupSecretUses(
  stage: Stage,
  target: TargetName,
  systems: readonly System[],
  { root, env }: Run,
): readonly SecretUse[] {
  if (target === "embedded") return [];
  const config = configValues(stackFileOf(stage, target, root));
  const accountId = config["cloudflare:accountId"] ?? env["CLOUDFLARE_ACCOUNT_ID"];
  return bucketSecretUses(
    backupSettings(configuredBackup(config, systems, stage)),
    typeof accountId === "string" ? accountId : undefined,
  );
}
