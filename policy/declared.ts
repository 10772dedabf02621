import type { Resource } from "../src/declare/index.ts";
import { type Stage, stages } from "../src/stages/index.ts";
import { systems } from "../src/systems/index.ts";

/** Stage of a resource, from its URN; undefined for a stack that is no stage. */
export function stageOf(urn: string): Stage | undefined {
  const stack = urn.split("::")[0]?.split(":")[2];
  return stages.find(({ name }) => name === stack);
}

/** Which declared kind a resource is, and which of its inputs is its name at Cloudflare. */
const kinds: Readonly<Record<string, { readonly kind: Resource["kind"]; readonly nameInput: string }>> = {
  "cloudflare:index/d1Database:D1Database": { kind: "d1", nameInput: "name" },
  "cloudflare:index/r2Bucket:R2Bucket": { kind: "r2", nameInput: "name" },
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": { kind: "kv", nameInput: "title" },
  "cloudflare:index/queue:Queue": { kind: "queue", nameInput: "queueName" },
  "cloudflare:index/worker:Worker": { kind: "worker", nameInput: "name" },
  "pulumi-nodejs:dynamic/lockstep:VectorizeIndex": { kind: "vectorize", nameInput: "name" },
};

export const kindOf = (
  type: string,
): { readonly kind: Resource["kind"]; readonly nameInput: string } | undefined => kinds[type];

/** The declaration of a resource with the logical name `<system>/<name>`. */
export function declaredAs(kind: Resource["kind"], logicalName: string): Resource | undefined {
  return systems
    .flatMap((system) =>
      system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
    )
    .find(({ resource, name }) => resource.kind === kind && name === logicalName)?.resource;
}
