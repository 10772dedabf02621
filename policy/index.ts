/** The rules of Lockstep, for any policy pack. */
import type { ResourceValidationPolicy } from "@pulumi/policy";
import type { Project } from "../src/project/project.ts";
import { declarations } from "./declared.ts";
import { generalRules, rules } from "./rules/all.ts";

/**
 * Every rule. With a project, those that judge by its declarations too; without one, a stack counts as one that holds data.
 *
 * @example
 * ```ts
 * import { PolicyPack } from "@pulumi/policy";
 * import { lockstepPolicies } from "lockstep/policy";
 *
 * new PolicyPack("ours", { policies: [...lockstepPolicies()] });
 * ```
 */
export function lockstepPolicies(project?: Project): readonly ResourceValidationPolicy[] {
  const chosen = project === undefined ? generalRules : rules;
  const declared = declarations(project ?? { systems: [], stages: [] });
  return chosen.map((rule) => rule(declared));
}
