/**
 * Every type of resource that Lockstep registers and that speaks to Cloudflare, as Pulumi knows it, and the permission that an
 * API token needs for it, as Cloudflare's dashboard names it.
 */
export const permissions = {
  "cloudflare:index/d1Database:D1Database": "D1 Edit",
  "cloudflare:index/r2Bucket:R2Bucket": "Workers R2 Storage Edit",
  "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification": "Workers R2 Storage Edit",
  "cloudflare:index/r2BucketCors:R2BucketCors": "Workers R2 Storage Edit",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": "Workers R2 Storage Edit",
  "cloudflare:index/r2BucketLock:R2BucketLock": "Workers R2 Storage Edit",
  "cloudflare:index/r2CustomDomain:R2CustomDomain": "Workers R2 Storage Edit",
  "cloudflare:index/r2ManagedDomain:R2ManagedDomain": "Workers R2 Storage Edit",
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": "Workers KV Storage Edit",
  "cloudflare:index/hyperdriveConfig:HyperdriveConfig": "Hyperdrive Edit",
  "cloudflare:index/queue:Queue": "Queues Edit",
  "cloudflare:index/queueConsumer:QueueConsumer": "Queues Edit",
  "cloudflare:index/aiGateway:AiGateway": "AI Gateway Edit",
  "cloudflare:index/worker:Worker": "Workers Scripts Edit",
  "cloudflare:index/workerVersion:WorkerVersion": "Workers Scripts Edit",
  "cloudflare:index/workersDeployment:WorkersDeployment": "Workers Scripts Edit",
  "cloudflare:index/workersCronTrigger:WorkersCronTrigger": "Workers Scripts Edit",
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain": "Workers Scripts Edit",
  "cloudflare:index/workersRoute:WorkersRoute": "Workers Routes Edit",
  "pulumi-nodejs:dynamic/lockstep:BucketReset": "Workers R2 Storage Edit",
  "cloudflare:index/workflow:Workflow": "Workers Scripts Edit",
  "pulumi-nodejs:dynamic/lockstep:FirstVersion": "Workers Scripts Edit",
  "pulumi-nodejs:dynamic/lockstep:Migrations": "D1 Edit",
  // What stages share: buckets, indexes, gateways.
  "pulumi-nodejs:dynamic/lockstep:SharedStore": "Workers R2 Storage Edit, Vectorize Edit or AI Gateway Edit",
  "pulumi-nodejs:dynamic/lockstep:VectorizeIndex": "Vectorize Edit",
} as const;

/** A type that is in the table above. */
export type RegisteredType = keyof typeof permissions;

/** The permission for a type; undefined for one that Lockstep does not register. */
export const permissionFor = (type: string): string | undefined =>
  Object.entries(permissions).find(([registered]) => registered === type)?.[1];
