import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Resource } from "../kinds/kinds.ts";
import { factsOf } from "../kinds/resources.ts";
import { nameTemplate } from "../physical-name.ts";
import type { System } from "../system.ts";

/** Stages that are named in a declaration and do not exist: what is meant for them would silently never happen. */
/** @param known the names of the project's stages */
export function checkStageNames(system: System, stages: readonly string[]): Diagnostic[] {
  const unknown = (names: readonly string[], where: string): Diagnostic[] =>
    names
      .filter((name) => !stages.includes(name))
      .map((name) => ({
        what: "There is no such stage",
        where,
        got: name,
        expected: stages.join(", "),
        fix: "correct the name, or declare the stage in project.ts",
      }));
  return [
    ...unknown(system.stages ?? [], `${system.name}, stages`),
    ...system.resources.flatMap((resource) => [
      ...factsOf(resource).stageNames.flatMap(({ property, names }) =>
        unknown(names, `${system.name}/${resource.name} (${resource.kind}), ${property}`),
      ),
      ...sharedButNot(system, resource),
    ]),
  ];
}

/** One name in every stage, or the stages that do not own it would refer to what nobody creates. */
function sharedButNot(system: System, resource: Resource): Diagnostic[] {
  if (!("shared" in resource) || resource.shared !== true || !/\{-?stage\}/.test(nameTemplate(resource)))
    return [];
  return [
    {
      what: "A resource that all stages share, with a name that differs by stage",
      where: `${system.name}/${resource.name} (${resource.kind}), physicalName`,
      got: nameTemplate(resource),
      expected: "a template without {stage} and {-stage}",
      fix: "take the stage out of the template, or shared out of the declaration",
    },
  ];
}
