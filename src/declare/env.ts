import type {
  Ai,
  D1Database,
  DurableObjectNamespace,
  Fetcher,
  KVNamespace,
  R2Bucket,
  Rpc,
  Vectorize as VectorizeIndex,
  Queue as WorkersQueue,
  Service as WorkersService,
  WorkerVersionMetadata,
} from "@cloudflare/workers-types";
import type { DurableObject } from "./durable-object.ts";
import type { BindingKind } from "./kinds/kinds.ts";
import type { Queue } from "./queue.ts";
import type { Service } from "./service.ts";
import type { Json } from "./values.ts";
import type { Worker } from "./worker.ts";

/** What worker code sees at run time, one row a kind. A kind without a row does not compile, see {@link AtRunTime}. */
interface Runtime<Bound> {
  d1: D1Database;
  r2: R2Bucket;
  kv: KVNamespace;
  vectorize: VectorizeIndex;
  queue: Bound extends Queue<infer Body> ? WorkersQueue<Body> : never;
  aiGateway: string;
  ai: Ai;
  assets: Fetcher;
  secret: Bound extends { readonly optional: true } ? string | undefined : string;
  versionMetadata: WorkerVersionMetadata;
  stageName: string;
  perStage: string;
  json: Bound extends Json<infer Value> ? Value : never;
  durableObject: Bound extends DurableObject<infer Class> ? ObjectsOf<Class> : never;
  service: Bound extends Service<infer Entrypoint> ? ServiceOf<Entrypoint> : never;
}

/** Of a callee that says no type, only what every worker has can be called: `fetch`. */
type ServiceOf<Entrypoint> = unknown extends Entrypoint
  ? Fetcher
  : WorkersService<Entrypoint & Rpc.WorkerEntrypointBranded>;

type ObjectsOf<Class> = unknown extends Class
  ? DurableObjectNamespace
  : DurableObjectNamespace<Class & Rpc.DurableObjectBranded>;

/** Indexed by every kind, so that one that {@link Runtime} does not have is an error here, and never taken for something else. */
type AtRunTime<Kind extends BindingKind, Bound> = Runtime<Bound>[Kind];

type Seen<Bound> = Bound extends { readonly kind: infer Kind extends BindingKind }
  ? AtRunTime<Kind, Bound>
  : Bound extends string
    ? string
    : never;

/**
 * The `env` of a worker, from its declaration, with no generated file: bindings by name, each as the type that the runtime
 * gives it. Secrets, plain texts and texts by stage are `string`, an optional secret also undefined; messages, services, Durable Objects and JSON have the type
 * that their declaration was given.
 *
 * @example
 * const api = worker("api", {
 *   main: "workers/notes/api/index.ts",
 *   compatibilityDate: "2026-06-01",
 *   env: { DB: d1("notes"), KEY: secret("key") },
 * });
 * export type ApiEnv = EnvOf<typeof api>; // { readonly DB: D1Database; readonly KEY: string }
 */
export type EnvOf<Of extends Worker> = { readonly [Name in keyof Of["env"]]: Seen<Of["env"][Name]> };
