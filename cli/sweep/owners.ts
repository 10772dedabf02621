import { physicalName } from "../../src/declare/physical-name.ts";
import type { Project } from "../../src/project/project.ts";
import type { KeptStore } from "../../toolchain/stacks/switched-stages.ts";
import type { Thing } from "./inventory.ts";
import { claim, type KnownStack } from "./stacks.ts";

/**
 * Whose a thing is. `owned`: a stack of this backend has it. `orphan`: no stack has it, and it has the name that a stage of this project would give
 * it. `kept`: it served in a stage before a restore put another one in its place. `foreign`: anything else.
 */
export type Whose = "owned" | "orphan" | "kept" | "foreign";

export interface Judged extends Thing {
  readonly whose: Whose;
  /** The stack that has it, or the stage whose name it has. */
  readonly stage: string | undefined;
  /** Why an orphan may not be deleted from here, why something is not taken for an orphan, or what something is kept for. */
  readonly kept: string | undefined;
}

/** What is known when an account is looked through. */
export interface Known {
  readonly project: Project;
  readonly accountId: string;
  readonly stacks: readonly KnownStack[];
  /** Stacks that a run holds at this moment. */
  readonly busy: readonly string[];
  /** What served in the project's stages before something else did. */
  readonly kept: readonly KeptStore[];
}

export function judged(thing: Thing, known: Known): Judged {
  const { accountId, stacks } = known;
  const owner = stacks.find(
    (stack) =>
      (stack.accountId ?? accountId) === accountId &&
      (stack.claims.has(claim(thing.kind, thing.name)) || stack.claims.has(claim(thing.kind, thing.id))),
  );
  if (owner !== undefined) return { ...thing, whose: "owned", stage: owner.name, kept: undefined };
  const before = known.kept.find((each) => each.kind === thing.kind && isThat(thing, each));
  if (before !== undefined) return { ...thing, whose: "kept", stage: before.stage, kept: keptText(before) };
  const stage = stageOf(thing, known.project);
  if (stage === undefined) return { ...thing, whose: "foreign", stage: undefined, kept: undefined };
  const kept = reason(stage, known);
  const isUnknown = known.busy.includes(stage) || !isKnown(stage, known);
  return { ...thing, whose: isUnknown ? "foreign" : "orphan", stage, kept };
}

/** What has no other id is known by its name. */
const isThat = (thing: Thing, { id, name }: KeptStore): boolean =>
  thing.id === id || (thing.id === thing.name && thing.name === name);

const keptText = ({ resource, stage, until }: KeptStore): string =>
  `was ${resource} of ${stage} until ${until.slice(0, 16).replace("T", " ")}`;

const pullRequest = /^pr-[1-9]\d{0,8}$/;

/** A pull request's stage has no stack once it was closed. Of any other stage, no stack here may mean that it is in another backend. */
const isKnown = (stage: string, { stacks }: Known): boolean =>
  pullRequest.test(stage) || stacks.some(({ name }) => name === stage);

function reason(stage: string, known: Known): string | undefined {
  if (known.busy.includes(stage)) return `a run of ${stage} is under way`;
  if (!isKnown(stage, known)) return `this backend has no stack ${stage}: another one may`;
  return known.project.stages.find(({ name }) => name === stage)?.protected === true
    ? `${stage} is protected: a person deletes its data in the dashboard`
    : undefined;
}

/** The stage whose resource would have this name; of several the protected one. */
function stageOf({ kind, name }: Thing, project: Project): string | undefined {
  const resources = project.systems
    .flatMap((system) => system.resources)
    .filter((each) => each.kind === kind);
  const declared = project.stages
    .toSorted((a, b) => Number(b.protected) - Number(a.protected))
    .find((stage) => resources.some((each) => physicalName(each, stage) === name));
  if (declared !== undefined) return declared.name;
  const like = project.pullRequests?.like;
  if (like === undefined) return undefined;
  const number = /(pr-[1-9]\d{0,8})(?![0-9])/g;
  return [...name.matchAll(number)]
    .map(([stage]) => stage)
    .find((stage) =>
      resources.some((each) => physicalName(each, { name: stage, nameSuffix: `-${stage}`, like }) === name),
    );
}
