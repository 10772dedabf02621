import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Resource } from "../kinds/kinds.ts";
import { factsOf } from "../kinds/resources.ts";
import { type NamingStage, nameTemplate, physicalName } from "../physical-name.ts";
import type { System } from "../system.ts";

/** Names that Cloudflare would refuse, or that two resources would share. */
export function checkNames(system: System, stage: NamingStage): Diagnostic[] {
  return [
    ...system.resources.flatMap((resource) => badName(system, resource, stage)),
    ...duplicates(system, stage),
  ];
}

function badName(system: System, resource: Resource, stage: NamingStage): Diagnostic[] {
  const declared = `${system.name}/${resource.name} (${resource.kind})`;
  const where = `${declared} in ${stage.name}`;
  const diagnostics: Diagnostic[] = [];
  const isUsable = /^[a-z0-9][a-z0-9._-]*$/i.test(resource.name);
  if (!isUsable) {
    diagnostics.push({
      what: "A logical name that cannot be used",
      where: declared,
      got: JSON.stringify(resource.name),
      expected:
        "letters, digits, dots, dashes and underscores: it becomes part of the resource's name in Pulumi's state",
      fix: "give it another name in src/systems, and the name at Cloudflare by physicalName",
    });
  }
  const name = physicalName(resource, stage);
  const rule = factsOf(resource).name;
  if (/[{}]/.test(name)) {
    diagnostics.push({
      what: "A name template with an unknown placeholder",
      where: declared,
      got: nameTemplate(resource),
      expected: "{name}, {stage} and {-stage}",
      fix: `correct physicalName of ${resource.name} in src/systems`,
    });
  } else if (name.length > rule.longest) {
    diagnostics.push({
      what: `A name that is ${name.length - rule.longest} characters too long`,
      where,
      got: `${name} (${name.length} characters)`,
      expected: rule.says,
      fix: `give ${resource.name} a shorter name, or a shorter physicalName; nothing is shortened by itself`,
    });
  } else if (!rule.pattern.test(name) && (isUsable || !nameTemplate(resource).includes("{name}"))) {
    diagnostics.push({
      what: "A name that Cloudflare does not accept",
      where,
      got: JSON.stringify(name),
      expected: rule.says,
      fix: `correct the name, or the physicalName, of ${resource.name} in src/systems`,
    });
  }
  return diagnostics;
}

function duplicates(system: System, stage: NamingStage): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, Resource>();
  for (const resource of new Set(system.resources)) {
    for (const [key, what, name] of [
      [
        `logical ${resource.kind} ${resource.name}`,
        "Two resources of one kind with the same logical name",
        resource.name,
      ],
      [
        `physical ${resource.kind} ${physicalName(resource, stage)}`,
        "Two resources of one kind with the same name at Cloudflare",
        physicalName(resource, stage),
      ],
    ] as const) {
      const other = seen.get(key);
      seen.set(key, resource);
      if (other === undefined || (other.name === resource.name && key.startsWith("physical"))) continue;
      diagnostics.push({
        what,
        where: `${system.name}/${other.name} and ${system.name}/${resource.name} (${resource.kind}) in ${stage.name}`,
        got: `${name} twice`,
        expected: "a name of its own for each",
        fix: "rename one of them in src/systems, or correct its physicalName",
      });
    }
  }
  return diagnostics;
}

/** Two systems of one stack live in one account: their resources must not meet there. */
export function checkNamesAcross(systems: readonly System[], stage: NamingStage): Diagnostic[] {
  const owners = new Map<string, System>();
  return systems.flatMap((system) =>
    system.resources.flatMap((resource) => {
      const key = `${resource.kind} ${physicalName(resource, stage)}`;
      const owner = owners.get(key) ?? system;
      owners.set(key, owner);
      if (owner === system) return [];
      return [
        {
          what: "Two systems with a resource of the same name at Cloudflare",
          where: `${owner.name} and ${system.name} in ${stage.name}`,
          got: `${key} twice`,
          expected: "a name of its own for each",
          fix: `give one of them another physicalName, such as "${system.name}-{name}{-stage}"`,
        },
      ];
    }),
  );
}
