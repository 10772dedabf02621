import { z } from "zod";
import { contentsText, isEmpty } from "../../cloudflare/contents/contents.ts";
import type { Contents } from "../../cloudflare/contents/holder.ts";
import { workersOf, workflowsOf } from "../../declare/graph.ts";
import type { System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";
import { outputsOf, type StateResource } from "../../reality/state.ts";
import { kinds } from "../../resources/kinds/kinds.ts";
import { gatewaysIn, type Held, heldIn, workflowType } from "./held.ts";
import { isSameName, otherIndexDiagnostic, otherIndexes } from "./other-index.ts";

/** What a program would deploy, as far as it decides what becomes of what is there. */
export interface Wanted {
  readonly systems: readonly System[];
  readonly stage: Stage;
  /** Whether this stage has what stages share, or refers to another's. */
  readonly ownsShared: boolean;
  /** Systems, and `<system>/<name>`, that may go with what they hold. */
  readonly retired: readonly string[];
}

/** What a program would drop; a gateway has no holder. */
export type Dropped = Omit<Held, "holder"> & Partial<Pick<Held, "holder">>;

/** What the state has and the program would delete, or make anew in its place, without anybody having said so. */
export function dropped(state: readonly StateResource[], wanted: Wanted): readonly Dropped[] {
  const { systems, retired } = wanted;
  const kept = new Set(systems.flatMap((system) => keysOf(system, wanted)));
  const others = replaced(state, wanted);
  return [...heldIn(state), ...gatewaysIn(state)].filter(({ type, label }) => {
    const [system = ""] = label.split("/");
    // That a whole system is off the list is refused by the target's check, whatever it holds.
    if (!systems.some(({ name }) => name === system) || retired.includes(label)) return false;
    return !kept.has(`${type} ${label}`) || others.has(label);
  });
}

/** `<type> <system>/<name>` of everything with data that a system registers. */
function keysOf(system: System, { ownsShared }: Wanted): readonly string[] {
  const isOwn = (resource: System["resources"][number]): boolean =>
    ownsShared || !("shared" in resource) || resource.shared !== true;
  return [
    ...system.resources.filter(isOwn).map(({ kind, name }) => `${kinds[kind].type} ${system.name}/${name}`),
    ...workersOf(system).map(({ name }) => `${kinds.worker.type} ${system.name}/${name}`),
    ...workflowsOf(system).map(({ declared }) => `${workflowType} ${system.name}/${declared.name}`),
  ];
}

const workflowShape = z.object({ workflowName: z.string() });

/** Of an index and of a Workflow another name is another one, and of an index another shape too: Pulumi replaces them. */
function replaced(state: readonly StateResource[], wanted: Wanted): ReadonlySet<string> {
  const workflows = wanted.systems.flatMap((system) =>
    workflowsOf(system).flatMap(({ declared }): readonly string[] => {
      const label = `${system.name}/${declared.name}`;
      const was = workflowShape.safeParse(outputsOf(state, workflowType, label));
      return was.success && was.data.workflowName !== physicalName(declared, wanted.stage) ? [label] : [];
    }),
  );
  return new Set([...workflows, ...otherIndexes(state, wanted).map(({ label }) => label)]);
}

/**
 * Why it is refused; undefined where nothing is in it. In a protected stage nothing just goes: the engine would say so too, but only once it had
 * made everything else.
 */
export function droppedDiagnostic(
  { label, name, holder }: Dropped,
  contents: Contents,
  { stage, systems }: Pick<Wanted, "stage" | "systems">,
  state: readonly StateResource[],
): Diagnostic | undefined {
  if (isEmpty(contents) && !stage.protected) return undefined;
  const held = holder === undefined ? "what it has logged" : contentsText(holder.kind, contents);
  const other = otherIndexes(state, { systems, stage }).find((each) => each.label === label);
  if (holder?.kind === "vectorize" && other !== undefined && isSameName(other))
    return otherIndexDiagnostic(other, held, stage, isEmpty(contents));
  const isDeclared = systems.some((system) =>
    [...system.resources, ...workflowsOf(system).map(({ declared }) => declared)].some(
      (each) => `${system.name}/${each.name}` === label,
    ),
  );
  return {
    what: isDeclared
      ? `${label} would be exchanged for another, empty one, and ${isEmpty(contents) ? `${stage.name} is protected` : `${held} would be lost`}`
      : `${label} is gone from the declaration, and ${isEmpty(contents) ? `${stage.name} is protected` : `${held} would go with it`}`,
    where: `${name} in ${stage.name}`,
    got: held,
    expected: isDeclared
      ? "the name and the shape that it has, or one that holds nothing"
      : `${label} declared, under this name: a renamed declaration is another, empty one`,
    fix: isDeclared
      ? "declare a new one beside it, move the data, and take the old one out of the declaration later"
      : sentence`put it back; or take it down for good, with what it holds: ${command("retire", { system: label, stage: stage.name })}`,
  };
}
