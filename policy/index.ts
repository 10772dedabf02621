/** The rules of Lockstep, for any policy pack. */
import type { Policies } from "@pulumi/policy";
import { type PolicyOptions, packOf } from "./pack-options.ts";
import { sdkPolicies } from "./sdk.ts";

export type { PolicyChoice, PolicyChoices, PolicyLevel } from "../src/project/policies.ts";
export type { PolicyOptions } from "./pack-options.ts";

/**
 * The rules for a pack of one's own, beside one's own rules. With a project, those that judge by its declarations too; without one, every
 * stack counts as one that holds data, unless `protectedStacks` says which do. Throws a UserError for options that cannot be.
 *
 * Who has no rules of their own needs no pack: the folder `node_modules/lockstep/dist/policy` is one, and starts faster.
 *
 * @example
 * ```ts
 * import { PolicyPack } from "@pulumi/policy";
 * import { lockstepPolicies } from "lockstep/policy";
 *
 * new PolicyPack("ours", {
 *   policies: [...lockstepPolicies({ protectedStacks: ["prod"], rules: { "worker-is-observed": "mandatory" } })],
 * });
 * ```
 */
export function lockstepPolicies(options: PolicyOptions = {}): Policies {
  const preview = process.env["PULUMI_NODEJS_DRY_RUN"] === "true";
  return sdkPolicies(packOf({ preview, ...options }), process.env["PULUMI_NODEJS_STACK"]);
}
