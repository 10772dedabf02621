import type {
  Ai,
  D1Database,
  DurableObjectNamespace,
  KVNamespace,
  R2Bucket,
  Vectorize as VectorizeIndex,
  Queue as WorkersQueue,
  WorkerVersionMetadata,
} from "@cloudflare/workers-types";
import type { Queue } from "./queue.ts";
import type { Json } from "./values.ts";
import type { Worker } from "./worker.ts";

/** What worker code sees at run time, one row a kind. */
interface Runtime<Bound> {
  d1: D1Database;
  r2: R2Bucket;
  kv: KVNamespace;
  vectorize: VectorizeIndex;
  queue: Bound extends Queue<infer Body> ? WorkersQueue<Body> : never;
  ai: Ai;
  secret: string;
  versionMetadata: WorkerVersionMetadata;
  stageName: string;
  perStage: string;
  json: Bound extends Json<infer Value> ? Value : never;
  durableObject: DurableObjectNamespace;
  /**
   * The callee's methods are its own to tell: `const silo: Service<Notes> = env.SILO`. Until then it can be used for nothing,
   * so that a call is never made unchecked.
   */
  service: never;
}

/** The `env` of a worker, from its declaration: `type ApiEnv = EnvOf<typeof api>`. */
export type EnvOf<Of extends Worker> = {
  readonly [Name in keyof Of["env"]]: Of["env"][Name] extends {
    kind: infer Kind extends keyof Runtime<unknown>;
  }
    ? Runtime<Of["env"][Name]>[Kind]
    : string;
};
