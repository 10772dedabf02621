import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { refuse } from "../src/diagnostic/user-error.ts";
import type { PolicyChoices, PolicyLevel } from "../src/project/policies.ts";
import type { Project } from "../src/project/project.ts";
import { checkChoices, choiceOf } from "./configuration.ts";
import { type Declarations, declarations, noDeclarations } from "./declared.ts";
import { type Exception, exceptionsIn } from "./exceptions.ts";
import { rules } from "./rules/all.ts";
import type { Context, Rule, Setting } from "./rules/rule.ts";
import type { SeenToken } from "./seen/token.ts";

/**
 * What the rules are told.
 *
 * @example
 * const options: PolicyOptions = { protectedStacks: ["prod"], rules: { "worker-is-observed": "mandatory" } };
 */
export interface PolicyOptions {
  /** A Lockstep project: its stages say which stacks are protected, its declarations what belongs to whom, its `policies` how rules apply. @default - none: the rules for any program */
  readonly project?: Project;
  /** Of a program without stages: names of the stacks that hold data that cannot be made again. @default - all of them */
  readonly protectedStacks?: readonly string[];
  /** How rules apply, over what the project says. @default - as each rule says */
  readonly rules?: PolicyChoices;
  /** What the API token of the run may do. @default - nobody looked */
  readonly token?: SeenToken;
  /** The folder that paths of the program begin in. @default - not known: files that it names are not read */
  readonly root?: string;
  /** The day that the rules take for today, `YYYY-MM-DD`. @default - today, UTC */
  readonly today?: string;
  /** The moment that the rules take for now, ISO 8601. @default - now */
  readonly now?: string;
  /** Whether nothing is changed by the run. @default false */
  readonly preview?: boolean;
  /** Whether the run deploys only versions that are there already. @default false */
  readonly rollback?: boolean;
}

/** The rules of a pack, with what is set for each. */
export interface Pack {
  /** Those that can judge: without a project not those that need one. */
  readonly rules: readonly Rule[];
  /** What somebody agreed to, for the stack that the pack runs for. */
  readonly exceptions: readonly Exception[];
  readonly levelOf: (rule: Rule, stack: string) => PolicyLevel;
  readonly contextOf: (rule: Rule, stack: string) => Context;
}

/**
 * Throws a UserError that names everything that is wrong with the options.
 * @param exceptionsOf the stack's configuration under `lockstep:approvals` @default - none
 */
export function packOf(
  {
    project,
    protectedStacks,
    rules: over = {},
    token,
    root,
    now = new Date().toISOString(),
    today = now.slice(0, 10),
    preview = false,
    rollback = false,
  }: PolicyOptions,
  exceptionsOf?: unknown,
): Pack {
  const base = project?.policies ?? {};
  const stages = project?.stages.map(({ name }) => name);
  refuse([
    ...checkChoices(base, { where: "policies of project.ts", ...(stages && { stages }) }),
    ...checkChoices(over, { where: "rules of lockstepPolicies", ...(stages && { stages }) }),
  ]);
  const declared: Declarations = project === undefined ? noDeclarations : declarations(project);
  // A stack that is no known stage counts as one that holds data.
  const isProtected = (stack: string): boolean =>
    declared.stageNamed(stack)?.protected ?? protectedStacks?.includes(stack) ?? true;
  return {
    exceptions: exceptionsIn(exceptionsOf, today),
    rules: rules.filter(({ needsProject }) => project !== undefined || needsProject !== true),
    levelOf: (rule, stack) => {
      const chosen = choiceOf(over, rule.id);
      const ofProject = choiceOf(base, rule.id);
      return (
        chosen.stages?.[stack] ??
        chosen.level ??
        ofProject.stages?.[stack] ??
        ofProject.level ??
        rule.levels[isProtected(stack) ? "protected" : "others"]
      );
    },
    contextOf: (rule, stack) => {
      const set = { ...choiceOf(base, rule.id).settings, ...choiceOf(over, rule.id).settings };
      const settingOf = (name: string): Setting => {
        const setting = rule.settings?.[name];
        if (setting === undefined) throw new Error(`the rule ${rule.id} has no setting ${name}`);
        return setting;
      };
      return {
        stack,
        protected: isProtected(stack),
        declared,
        token,
        today,
        now,
        preview,
        rollback,
        read: (path) => readFile(root, path),
        number: (name) => {
          const setting = settingOf(name);
          const value = set[name];
          if (setting.kind !== "number") throw new Error(`${name} of ${rule.id} is no number`);
          return typeof value === "number" ? value : setting.standard;
        },
        text: (name) => {
          const setting = settingOf(name);
          const value = set[name];
          if (setting.kind !== "choice") throw new Error(`${name} of ${rule.id} is no choice`);
          return typeof value === "string" ? value : setting.standard;
        },
        list: (name) => {
          if (settingOf(name).kind !== "list") throw new Error(`${name} of ${rule.id} is no list`);
          const value = set[name];
          return typeof value === "object" ? value : [];
        },
      };
    },
  };
}

function readFile(root: string | undefined, path: string): Uint8Array | undefined {
  const file = root === undefined ? undefined : resolve(root, path);
  return file !== undefined && existsSync(file) ? readFileSync(file) : undefined;
}
