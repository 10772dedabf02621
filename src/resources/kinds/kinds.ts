import type { ResourceKind } from "../../declare/kinds/kinds.ts";
import type { RegisteredType } from "./registered.ts";

/** A declared kind as Pulumi knows it. */
export interface PulumiKind<Kind extends ResourceKind = ResourceKind> {
  readonly kind: Kind;
  /** Type of the resource at Cloudflare. */
  readonly type: RegisteredType;
  /** Type of the component around it. */
  readonly component: `lockstep:${string}`;
  /** Which of the resource's inputs is its name at Cloudflare. */
  readonly nameInput: string;
}

/**
 * Every declared kind. Data only, imported by the components, the policy pack and the commands alike. The types are part of
 * every resource's URN: a changed one is a deleted database.
 */
export const kinds: { readonly [Kind in ResourceKind]: PulumiKind<Kind> } = {
  d1: {
    kind: "d1",
    type: "cloudflare:index/d1Database:D1Database",
    component: "lockstep:stores:Database",
    nameInput: "name",
  },
  r2: {
    kind: "r2",
    type: "cloudflare:index/r2Bucket:R2Bucket",
    component: "lockstep:stores:Bucket",
    nameInput: "name",
  },
  kv: {
    kind: "kv",
    type: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
    component: "lockstep:stores:Namespace",
    nameInput: "title",
  },
  vectorize: {
    kind: "vectorize",
    type: "pulumi-nodejs:dynamic/lockstep:VectorizeIndex",
    component: "lockstep:stores:Index",
    nameInput: "name",
  },
  queue: {
    kind: "queue",
    type: "cloudflare:index/queue:Queue",
    component: "lockstep:stores:Queue",
    nameInput: "queueName",
  },
  aiGateway: {
    kind: "aiGateway",
    type: "cloudflare:index/aiGateway:AiGateway",
    component: "lockstep:stores:Gateway",
    nameInput: "aiGatewayId",
  },
  hyperdrive: {
    kind: "hyperdrive",
    type: "cloudflare:index/hyperdriveConfig:HyperdriveConfig",
    component: "lockstep:stores:Hyperdrive",
    nameInput: "name",
  },
  worker: {
    kind: "worker",
    type: "cloudflare:index/worker:Worker",
    component: "lockstep:workers:Worker",
    nameInput: "name",
  },
};

/** The declared kind of a Pulumi type; undefined for what is not declared, such as versions and deployments. */
export const kindOf = (type: string): PulumiKind | undefined =>
  Object.values(kinds).find((kind) => kind.type === type);
