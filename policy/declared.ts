import type { Resource } from "../src/declare/index.ts";
import type { ResourceKind } from "../src/declare/kinds/kinds.ts";
import { type Stage, stages } from "../src/stages/index.ts";
import { systems } from "../src/systems/index.ts";

/** Stage of a resource, from its URN; undefined for a stack that is no stage. */
export function stageOf(urn: string): Stage | undefined {
  const stack = urn.split("::")[0]?.split(":")[2];
  return stages.find(({ name }) => name === stack);
}

/** The declaration of a resource with the logical name `<system>/<name>`. */
export function declaredAs(kind: ResourceKind, logicalName: string): Resource | undefined {
  return systems
    .flatMap((system) =>
      system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
    )
    .find(({ resource, name }) => resource.kind === kind && name === logicalName)?.resource;
}
