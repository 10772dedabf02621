import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { stages } from "../../stages/index.ts";
import { nameTemplate } from "../physical-name.ts";
import type { Resource, System } from "../system.ts";

/** Stages that are named in a declaration and do not exist: what is meant for them would silently never happen. */
export function checkStageNames(system: System): Diagnostic[] {
  const known = stages.map(({ name }) => name);
  const unknown = (names: readonly string[], where: string): Diagnostic[] =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => ({
        what: "There is no such stage",
        where,
        got: name,
        expected: known.join(", "),
        fix: "correct the name in src/systems",
      }));
  return [
    ...unknown(system.stages ?? [], `${system.name}, stages`),
    ...system.resources.flatMap((resource) => [
      ...stagesOf(resource).flatMap(([property, names]) =>
        unknown(names, `${system.name}/${resource.name} (${resource.kind}), ${property}`),
      ),
      ...sharedButNot(system, resource),
    ]),
  ];
}

function stagesOf(resource: Resource): (readonly [property: string, names: readonly string[]])[] {
  switch (resource.kind) {
    case "d1":
    case "kv":
      return [["adopt", Object.keys(resource.adopt ?? {})]];
    case "worker":
      return [
        ["routes", Object.keys(resource.routes)],
        ...Object.entries(resource.env).flatMap(([name, binding]): [string, string[]][] =>
          typeof binding !== "string" && binding.kind === "perStage"
            ? [[`env.${name}`, Object.keys(binding.values)]]
            : [],
        ),
      ];
    case "r2":
    case "vectorize":
    case "queue":
      return [];
    default:
      return resource satisfies never;
  }
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
