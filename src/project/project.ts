import type { System } from "../declare/index.ts";
import { unnamedStage } from "../diagnostic/place.ts";
import { refuse } from "../diagnostic/user-error.ts";
import { checkPullRequests, checkStages, checkSystems } from "./check.ts";
import type { PolicyChoices } from "./policies.ts";
import type { PullRequestStages, PullRequests } from "./pull-requests.ts";
import { type Stage, type StageDeclaration, stageOf } from "./stage.ts";

/**
 * What {@link defineProject} takes.
 *
 * @example
 * const declaration: ProjectDeclaration = { systems: [notesSystem], stages: [{ name: "dev" }] };
 */
export interface ProjectDeclaration {
  /** Every system of the repository. Which of them a stage deploys is said in its stack file (`lockstep:systems`). */
  readonly systems: readonly System[];
  /** Every stage, in the order of promotion. A command that is given none means the one called `dev`, or else the first. */
  readonly stages: readonly StageDeclaration[];
  /** How the rules of the policy pack apply, by their ids. @default - as each rule says */
  readonly policies?: PolicyChoices;
  /** Lets each pull request have a stage of its own. @default - none has */
  readonly pullRequests?: PullRequestStages;
}

/**
 * A repository's systems and stages: validated, frozen, inert. Everything that Lockstep does is done for one of these.
 *
 * @example
 * const names = (project: Project): string[] => project.stages.map(({ name }) => name);
 */
export interface Project {
  /** Every system of the repository. */
  readonly systems: readonly System[];
  /** In the order of promotion; at least one. */
  readonly stages: readonly Stage[];
  /** How the rules of the policy pack apply, by their ids. @default - as each rule says */
  readonly policies?: PolicyChoices;
  /** What the stages of pull requests are like. @default - there are none */
  readonly pullRequests?: PullRequests;
}

/**
 * Declares the project of a repository: what `project.ts` exports by default.
 * Throws a UserError that names everything wrong with it at once.
 *
 * @example
 * ```ts
 * import { defineProject } from "lockstep";
 * import { notes } from "./src/systems/notes.ts";
 *
 * export default defineProject({
 *   systems: [notes],
 *   stages: [{ name: "staging" }, { name: "production", suffix: "", protected: true, bakeSeconds: 900 }],
 * });
 * ```
 */
export function defineProject({ systems, stages, policies, pullRequests }: ProjectDeclaration): Project {
  refuse([...checkStages(stages), ...checkSystems(systems), ...checkPullRequests(pullRequests, stages)]);
  return frozen({
    systems: [...systems],
    stages: stages.map(stageOf),
    ...(policies !== undefined && { policies: { ...policies } }),
    ...(pullRequests !== undefined && {
      pullRequests: {
        like: pullRequests.like ?? meantName(stages),
        embeddedAccount: pullRequests.embeddedAccount ?? "pull-requests",
        leaseHours: pullRequests.leaseHours ?? 72,
      },
    }),
  });
}

const meantName = (stages: readonly StageDeclaration[]): string =>
  stages.find(({ name }) => name === unnamedStage)?.name ?? stages[0]?.name ?? unnamedStage;

/** The stage that a command means where none is named: the one called `dev`, or else the first. */
export function meantStage({ stages }: Project): Stage {
  const first = stages.find(({ name }) => name === unnamedStage) ?? stages[0];
  if (first === undefined) throw new Error("a project without stages: defineProject refuses it");
  return first;
}

/** Frozen all through. Functions (a binding of a worker that is declared later) are left as they are. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
