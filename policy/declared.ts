import type { Resource } from "../src/declare/index.ts";
import { type Stage, stages } from "../src/stages/index.ts";
import { systems } from "../src/systems/index.ts";

/** Stage of a resource, from its URN; undefined for a stack that is no stage. */
export function stageOf(urn: string): Stage | undefined {
  const stack = urn.split("::")[0]?.split(":")[2];
  return stages.find(({ name }) => name === stack);
}

/** A declared kind as Pulumi knows it. */
export interface Known<Kind extends Resource["kind"] = Resource["kind"]> {
  readonly kind: Kind;
  /** Type of the Pulumi resource. */
  readonly type: string;
  /** Which of its inputs is its name at Cloudflare. */
  readonly nameInput: string;
}

/** Every kind is here, or the program does not compile: one that the rules do not know would pass them unseen. */
const kinds: { readonly [Kind in Resource["kind"]]: Known<Kind> } = {
  d1: { kind: "d1", type: "cloudflare:index/d1Database:D1Database", nameInput: "name" },
  r2: { kind: "r2", type: "cloudflare:index/r2Bucket:R2Bucket", nameInput: "name" },
  kv: { kind: "kv", type: "cloudflare:index/workersKvNamespace:WorkersKvNamespace", nameInput: "title" },
  queue: { kind: "queue", type: "cloudflare:index/queue:Queue", nameInput: "queueName" },
  worker: { kind: "worker", type: "cloudflare:index/worker:Worker", nameInput: "name" },
  vectorize: {
    kind: "vectorize",
    type: "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
    nameInput: "name",
  },
};

/** The declared kind of a Pulumi type; undefined for what is not declared, such as versions and deployments. */
export const kindOf = (type: string): Known | undefined =>
  Object.values(kinds).find((known) => known.type === type);

/** The declaration of a resource with the logical name `<system>/<name>`. */
export function declaredAs(kind: Resource["kind"], logicalName: string): Resource | undefined {
  return systems
    .flatMap((system) =>
      system.resources.map((resource) => ({ resource, name: `${system.name}/${resource.name}` })),
    )
    .find(({ resource, name }) => resource.kind === kind && name === logicalName)?.resource;
}
