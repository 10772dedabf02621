import type {
  Ai,
  AiSearchInstance,
  AiSearchNamespace,
  AnalyticsEngineDataset,
  Artifacts,
  BrowserRun,
  CryptoKey,
  D1Database,
  DispatchNamespace,
  DurableObjectNamespace,
  Fetcher,
  Flagship,
  Hyperdrive as HyperdriveBinding,
  ImagesBinding,
  KVNamespace,
  MediaBinding,
  R2Bucket,
  RateLimit,
  Rpc,
  SecretsStoreSecret,
  SendEmail,
  Vectorize as VectorizeIndex,
  WorkerLoader,
  Queue as WorkersQueue,
  Service as WorkersService,
  Workflow as WorkersWorkflow,
  WorkerVersionMetadata,
} from "@cloudflare/workers-types";
import type { Pipeline } from "../bindings/streams.ts";
import type { Workflow } from "../bindings/workflow.ts";
import type { BindingKind } from "../kinds/kinds.ts";
import type { Queue } from "../stores/queue.ts";
import type { Json } from "../values.ts";
import type { DurableObject } from "./durable-object.ts";
import type { Service } from "./service.ts";
import type { Worker } from "./worker.ts";

/** What worker code sees at run time, one row a kind. A kind without a row does not compile, see {@link AtRunTime}. */
interface Runtime<Bound> {
  d1: D1Database;
  r2: R2Bucket;
  kv: KVNamespace;
  vectorize: VectorizeIndex;
  queue: Bound extends Queue<infer Body> ? WorkersQueue<Body> : never;
  aiGateway: string;
  hyperdrive: HyperdriveBinding;
  ai: Ai;
  assets: Fetcher;
  secret: Bound extends { readonly optional: true } ? string | undefined : string;
  versionMetadata: WorkerVersionMetadata;
  stageName: string;
  perStage: string;
  json: Bound extends Json<infer Value> ? Value : never;
  durableObject: Bound extends DurableObject<infer Class> ? ObjectsOf<Class> : never;
  service: Bound extends Service<infer Entrypoint> ? ServiceOf<Entrypoint> : never;
  aiSearch: AiSearchInstance;
  aiSearchNamespace: AiSearchNamespace;
  analyticsEngine: AnalyticsEngineDataset;
  artifacts: Artifacts;
  browser: BrowserRun;
  dispatchNamespace: DispatchNamespace;
  flagship: Flagship;
  images: ImagesBinding;
  /** Cloudflare publishes no type for it. */
  k2: unknown;
  media: MediaBinding;
  mtlsCertificate: Fetcher;
  pipeline: Bound extends Pipeline<infer Row> ? RowsOf<Row> : never;
  rateLimit: RateLimit;
  raw: unknown;
  secretKey: CryptoKey;
  secretsStoreSecret: SecretsStoreSecret;
  sendEmail: SendEmail;
  vpcNetwork: Fetcher;
  vpcService: Fetcher;
  workerLoader: WorkerLoader;
  workflow: Bound extends Workflow<infer Params> ? WorkersWorkflow<Params> : never;
}

/** As the module `cloudflare:pipelines` has it, which the package of types declares only for whole programs. */
interface RowsOf<Row> {
  send(rows: Row[]): Promise<void>;
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
