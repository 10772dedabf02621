import { holdsData } from "../../../src/approvals/retirement.ts";
import { workflowsOf } from "../../../src/declare/graph.ts";
import { isLive, type System } from "../../../src/declare/index.ts";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { ExportedResource } from "../../../src/reality/state.ts";
import { kindOf } from "../../../src/resources/kinds/kinds.ts";

/** What is to go, and what the stack's configuration says then. */
export interface Retiring {
  readonly subject: string;
  /** What the state has of it. */
  readonly going: readonly ExportedResource[];
  readonly lists: Readonly<Record<`lockstep:${string}`, readonly string[]>>;
}

/** What is known when somebody wants something retired. */
export interface RetireArgs {
  readonly subject: string;
  readonly stage: Stage;
  readonly listed: readonly string[];
  readonly retired: readonly string[];
  readonly known: readonly ExportedResource[];
  readonly systems: readonly System[];
}

const marked = (retired: readonly string[], subject: string): readonly string[] =>
  [...new Set([...retired, subject])].toSorted();

/** A whole system: off the one list and onto the other at once, as the program refuses to run in between. */
export function retiringSystem({ subject, stage, listed, retired, known }: RetireArgs): Retiring {
  if (!listed.includes(subject) && !retired.includes(subject))
    throw new UserError({
      what: `System ${subject} is not on the list of stage ${stage.name}`,
      where: `lockstep:systems of Pulumi.${stage.name}.yaml`,
      got: subject,
      expected: listed.join(", ") || "no systems at all",
      fix: "name one of them",
    });
  return {
    subject,
    going: known.filter((each) => holdsData(each) && each.name.startsWith(`${subject}/`)),
    lists: {
      "lockstep:systems": listed.filter((each) => each !== subject),
      "lockstep:retired": marked(retired, subject),
    },
  };
}

/** A store that its system declares no more. */
export function retiringStore(args: RetireArgs): Retiring {
  const { subject, listed, retired, known, systems, stage } = args;
  const [name = ""] = subject.split("/");
  const system = systems.find((each) => each.name === name && listed.includes(name));
  if (system !== undefined && declaresData(system, subject)) throw stillDeclared(subject, stage);
  const declared = (system?.resources ?? []).filter((each) => `${name}/${each.name}` === subject);
  return {
    subject,
    going: known.filter(
      (each) =>
        each.name === subject &&
        holdsData(each) &&
        !declared.some(({ kind }) => kind === kindOf(each.type)?.kind),
    ),
    lists: { "lockstep:systems": listed, "lockstep:retired": marked(retired, subject) },
  };
}

const declaresData = (system: System, subject: string): boolean =>
  [
    ...system.resources.filter(
      (each) => each.kind !== "worker" || Object.values(each.durableObjects).some(isLive),
    ),
    ...workflowsOf(system).map(({ declared }) => declared),
  ].some((each) => `${system.name}/${each.name}` === subject);

const stillDeclared = (subject: string, stage: Stage): UserError =>
  new UserError({
    what: `${subject} is declared still, so it cannot be retired; nothing was changed`,
    where: `${subject}, in ${stage.name}`,
    got: "a declaration of it",
    expected: "a system without it, and no worker that binds it",
    fix: sentence`take it out of the declaration, then: ${command("retire", { system: subject, stage: stage.name })}`,
  });

/** Neither in the state nor ever marked. */
export const notThere = ({ subject, stage, known, listed, systems }: RetireArgs): UserError => {
  const declared = systems
    .filter(({ name }) => listed.includes(name))
    .flatMap((each) => each.resources.map((resource) => `${each.name}/${resource.name}`));
  const gone = known
    .filter((each) => holdsData(each) && !declared.includes(each.name))
    .map(({ name }) => name);
  return new UserError({
    what: `Stack ${stage.name} has nothing named ${subject} that could be retired; nothing was changed`,
    where: `the state of ${stage.name}`,
    got: subject,
    expected: [...new Set(gone)].join(", ") || "nothing: all that it has is declared",
    fix: "name what it has and nothing declares",
  });
};
