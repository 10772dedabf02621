import { backupSystem } from "../src/declare/backup-worker.ts";
import type { Resource } from "../src/declare/index.ts";
import type { ResourceKind } from "../src/declare/kinds/kinds.ts";
import { factsOf } from "../src/declare/kinds/resources.ts";
import { physicalName } from "../src/declare/physical-name.ts";
import type { Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";

/** Who a name or an id at Cloudflare belongs to by the declarations. */
export interface Owner {
  readonly logicalName: string;
  /** Stages whose own it is; all of them for what is shared. */
  readonly stages: readonly string[];
}

/** What the rules ask a project. */
export interface Declarations {
  /** The stage of a name; undefined for a stack that is no stage. */
  readonly stageNamed: (name: string) => Stage | undefined;
  /** The declaration of a resource with the logical name `<system>/<name>`. */
  readonly declaredAs: (kind: ResourceKind, logicalName: string) => Resource | undefined;
  /** Who a name, or an id that is taken over, belongs to; undefined for what no declaration mentions. */
  readonly ownerOf: (kind: ResourceKind, by: "name" | "id", value: string) => Owner | undefined;
}

export function declarations({ systems, stages }: Pick<Project, "systems" | "stages">): Declarations {
  const all = [...systems, backupSystem].flatMap((system) =>
    system.resources.map((resource) => ({ resource, logicalName: `${system.name}/${resource.name}` })),
  );
  let owners: ReadonlyMap<string, Owner> | undefined;
  return {
    stageNamed: (name) => stages.find((stage) => stage.name === name),
    declaredAs: (kind, logicalName) =>
      all.find((each) => each.resource.kind === kind && each.logicalName === logicalName)?.resource,
    ownerOf: (kind, by, value) => {
      owners ??= ownersOf(all, stages);
      return owners.get(keyOf(kind, by, value));
    },
  };
}

/** Without a project: no stage is known, and nothing is declared. */
export const noDeclarations: Declarations = declarations({ systems: [], stages: [] });

const keyOf = (kind: ResourceKind, by: "name" | "id", value: string): string => `${kind} ${by} ${value}`;

function ownersOf(
  all: readonly { readonly resource: Resource; readonly logicalName: string }[],
  stages: readonly Stage[],
): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { resource, logicalName } of all) {
    const adopted = factsOf(resource).adopted;
    for (const stage of stages) {
      const ids = adopted[stage.name];
      const keys = [
        keyOf(resource.kind, "name", physicalName(resource, stage)),
        ...(ids === undefined ? [] : [keyOf(resource.kind, "id", ids)]),
      ];
      for (const key of keys) {
        const known = owners.get(key)?.stages ?? [];
        owners.set(key, { logicalName, stages: [...known, stage.name] });
      }
    }
  }
  return owners;
}
