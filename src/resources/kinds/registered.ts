import type { Permission, Product } from "../../permissions/permission.ts";

/**
 * What is done to a resource: `look` is whether it is as the stack left it, which every preview asks; `measure` what it holds and does;
 * `refresh` all of it, as the engine reads it; the others are the engine's.
 */
export const operations = ["look", "measure", "refresh", "create", "update", "delete"] as const;

export type Operation = (typeof operations)[number];

/** What an API token has to be allowed for each of them. */
export type Needs = Readonly<Record<Operation, readonly Permission[]>>;

const ofProduct = (product: Product): Needs => ({
  look: [`${product}:Read`],
  measure: [`${product}:Read`],
  refresh: [`${product}:Read`],
  create: [`${product}:Edit`],
  update: [`${product}:Edit`],
  delete: [`${product}:Edit`],
});

/** Belongs to a Worker that is there: everything but the Worker itself. */
const ofWorker: Needs = {
  look: ["Workers:Metadata Read-Only"],
  measure: ["Workers:Metadata Read-Only"],
  refresh: ["Workers:Metadata Read-Only"],
  create: ["Workers:Editor"],
  update: ["Workers:Editor"],
  delete: ["Workers:Editor"],
};

/** Leads from a zone to a Worker. */
const address: Needs = {
  look: ["Workers:Metadata Read-Only", "Workers Routes:Read", "Zone:Read"],
  measure: ["Workers:Metadata Read-Only", "Workers Routes:Read", "Zone:Read"],
  refresh: ["Workers:Metadata Read-Only", "Workers Routes:Read", "Zone:Read"],
  create: ["Workers:Editor", "Workers Routes:Edit", "Zone:Read"],
  update: ["Workers:Editor", "Workers Routes:Edit", "Zone:Read"],
  delete: ["Workers:Editor", "Workers Routes:Edit"],
};

const r2 = ofProduct("Workers R2 Storage");

/** What stages share, by the first part of the path at which it is made. */
const shared: Readonly<Record<string, Needs>> = {
  r2,
  vectorize: ofProduct("Vectorize"),
  "ai-gateway": ofProduct("AI Gateway"),
};

const anyOf = (operation: Operation): readonly Permission[] =>
  Object.values(shared).flatMap((each) => each[operation]);

const anyShared: Needs = {
  look: anyOf("look"),
  measure: anyOf("measure"),
  refresh: anyOf("refresh"),
  create: anyOf("create"),
  update: anyOf("update"),
  delete: anyOf("delete"),
};

/**
 * Every type of resource that Lockstep registers and that speaks to Cloudflare, as Pulumi knows it, and what an API token has to be
 * allowed for each thing that is done to it.
 */
export const needs = {
  "cloudflare:index/d1Database:D1Database": ofProduct("D1"),
  "cloudflare:index/r2Bucket:R2Bucket": r2,
  "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification": r2,
  "cloudflare:index/r2BucketCors:R2BucketCors": r2,
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": r2,
  "cloudflare:index/r2BucketLock:R2BucketLock": r2,
  "cloudflare:index/r2CustomDomain:R2CustomDomain": r2,
  "cloudflare:index/r2ManagedDomain:R2ManagedDomain": r2,
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": ofProduct("Workers KV Storage"),
  "cloudflare:index/hyperdriveConfig:HyperdriveConfig": { ...ofProduct("Hyperdrive"), look: [] },
  "cloudflare:index/queue:Queue": ofProduct("Queues"),
  "cloudflare:index/queueConsumer:QueueConsumer": ofProduct("Queues"),
  "cloudflare:index/aiGateway:AiGateway": ofProduct("AI Gateway"),
  "cloudflare:index/worker:Worker": {
    ...ofWorker,
    create: ["Workers:Admin"],
    delete: ["Workers:Admin"],
  },
  "cloudflare:index/workerVersion:WorkerVersion": { ...ofWorker, refresh: ["Workers:Content Read-Only"] },
  "cloudflare:index/workersDeployment:WorkersDeployment": ofWorker,
  "cloudflare:index/workersCronTrigger:WorkersCronTrigger": ofWorker,
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain": address,
  "cloudflare:index/workersRoute:WorkersRoute": address,
  "pulumi-nodejs:dynamic/lockstep:BucketReset": r2,
  "cloudflare:index/workflow:Workflow": ofWorker,
  "pulumi-nodejs:dynamic/lockstep:FirstVersion": ofWorker,
  "pulumi-nodejs:dynamic/lockstep:Migrations": ofProduct("D1"),
  // What stages share. Of which product one is stands in its inputs: `neededBy` below tells.
  "pulumi-nodejs:dynamic/lockstep:SharedStore": anyShared,
  "pulumi-nodejs:dynamic/lockstep:VectorizeIndex": ofProduct("Vectorize"),
} as const satisfies Readonly<Record<string, Needs>>;

/** A type that is in the table above. */
export type RegisteredType = keyof typeof needs;

/** What an operation on a resource needs; undefined for a type that asks nobody at Cloudflare, or is none of Lockstep's. */
export function neededBy(
  type: string,
  operation: Operation,
  inputs: Readonly<Record<string, unknown>> = {},
): readonly Permission[] | undefined {
  const table: Readonly<Record<string, Needs>> = needs;
  const ofType = Object.hasOwn(table, type) ? table[type] : undefined;
  const path = inputs["path"];
  const product = type.endsWith(":SharedStore") && typeof path === "string" ? path.split("/")[0] : undefined;
  return (product === undefined ? ofType : (shared[product] ?? ofType))?.[operation];
}
