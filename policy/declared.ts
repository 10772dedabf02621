import type { Resource } from "../src/declare/index.ts";
import type { ResourceKind } from "../src/declare/kinds/kinds.ts";
import type { Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";

/** What the rules ask a project. */
export interface Declarations {
  /** Stage of a resource, from its URN; undefined for a stack that is no stage. */
  readonly stageOf: (urn: string) => Stage | undefined;
  /** The declaration of a resource with the logical name `<system>/<name>`. */
  readonly declaredAs: (kind: ResourceKind, logicalName: string) => Resource | undefined;
}

export const declarations = ({ systems, stages }: Project): Declarations => ({
  stageOf: (urn) => {
    const stack = urn.split("::")[0]?.split(":")[2];
    return stages.find(({ name }) => name === stack);
  },
  declaredAs: (kind, logicalName) =>
    systems
      .flatMap((system) =>
        system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
      )
      .find(({ resource, name }) => resource.kind === kind && name === logicalName)?.resource,
});
