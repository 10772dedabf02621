import * as pulumi from "@pulumi/pulumi";
import { isSignedBy, type SignedRecord } from "../artefact/record.ts";
import type { Promotion, TargetArgs } from "../dynamic/target.ts";
import { publicKeyOf } from "../settings/public-key.ts";
import type { Settings } from "../settings/settings.ts";
import type { Serving } from "./artefact.ts";

/** What the policies judge a promotion by; nothing for a stage to which anything may be deployed. */
export function promotionOf(
  { stage, stages, target, systems, promoted }: Settings,
  { built, isRollback, root }: Serving,
): Pick<TargetArgs, "promotion"> {
  const from = stages.find(({ name }) => name === stage.promotesFrom);
  if (from === undefined) return {};
  const doubt =
    promoted === undefined
      ? undefined
      : doubtOf(promoted, {
          project: pulumi.getProject(),
          stage: from.name,
          publicKey: publicKeyOf(from, target.kind, root),
        });
  const served = promoted === undefined || doubt !== undefined ? {} : promoted.systems;
  const promotion: Promotion = {
    from: from.name,
    bakeSeconds: target.kind === "embedded" ? 0 : from.bakeSeconds,
    systems: Object.fromEntries(
      systems.map(({ name }) => {
        const { digest = "", servedAt = "" } = served[name] ?? {};
        return [
          name,
          { built: built[name]?.digest ?? "", ...(digest !== "" && { served: { digest, servedAt } }) },
        ];
      }),
    ),
    ...(doubt !== undefined && { doubt }),
    ...(isRollback && { rollback: true as const }),
  };
  return { promotion };
}

/** Why a record is not to be believed; undefined where it is. */
export function doubtOf(
  record: SignedRecord,
  wanted: { readonly project: string; readonly stage: string; readonly publicKey: string | undefined },
): string | undefined {
  if (wanted.publicKey === undefined)
    return `the stack file of ${wanted.stage} has no lockstep:publicKey to verify it by`;
  if (record.signature === undefined) return "nobody signed it";
  if (!isSignedBy(wanted.publicKey, record)) return `the key of ${wanted.stage} did not sign it`;
  if (record.stage !== wanted.stage || record.project !== wanted.project)
    return `it is the record of stage ${record.stage} of project ${record.project}`;
  return undefined;
}
