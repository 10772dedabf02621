import type { Artifacts, Flagship } from "../bindings/account.ts";
import type { AiSearch, AiSearchNamespace } from "../bindings/ai-search.ts";
import type { AnalyticsEngine } from "../bindings/analytics-engine.ts";
import type { MtlsCertificate, VpcNetwork, VpcService } from "../bindings/network.ts";
import type { DispatchNamespace, WorkerLoader } from "../bindings/platform.ts";
import type { RateLimit } from "../bindings/rate-limit.ts";
import type { Raw } from "../bindings/raw.ts";
import type { Browser, Images, Media } from "../bindings/rendering.ts";
import type { SecretKey, SecretsStoreSecret } from "../bindings/secrets.ts";
import type { SendEmail } from "../bindings/send-email.ts";
import type { K2, Pipeline } from "../bindings/streams.ts";
import type { Workflow } from "../bindings/workflow.ts";
import type { AiGateway } from "../stores/ai-gateway.ts";
import type { D1 } from "../stores/d1.ts";
import type { Hyperdrive } from "../stores/hyperdrive.ts";
import type { Kv } from "../stores/kv.ts";
import type { Queue } from "../stores/queue.ts";
import type { R2 } from "../stores/r2.ts";
import type { Vectorize } from "../stores/vectorize.ts";
import type { Ai, Json, PerStage, Secret, StageName, VersionMetadata } from "../values.ts";
import type { AssetsBinding } from "../workers/assets.ts";
import type { DurableObject } from "../workers/durable-object.ts";
import type { Service } from "../workers/service.ts";
import type { Worker } from "../workers/worker.ts";

/**
 * Every kind of store. A row more here, and the compiler names every table that lacks it: `bindings.ts` and `resources.ts`
 * beside this file, `EnvOf`, the tables of src/resources/kinds, and the import.
 */
export interface Stores {
  d1: D1;
  r2: R2;
  kv: Kv;
  vectorize: Vectorize;
  queue: Queue;
  aiGateway: AiGateway;
  hyperdrive: Hyperdrive;
}

/** Every kind of resource: the stores, and what runs code. */
export interface Resources extends Stores {
  worker: Worker;
}

/** Every kind of binding: the stores, and what exists only as bound. A plain text is one too, and has no kind. */
export interface Bindings extends Stores {
  service: Service;
  durableObject: DurableObject;
  ai: Ai;
  assets: AssetsBinding;
  secret: Secret;
  versionMetadata: VersionMetadata;
  stageName: StageName;
  perStage: PerStage;
  json: Json;
  aiSearch: AiSearch;
  aiSearchNamespace: AiSearchNamespace;
  analyticsEngine: AnalyticsEngine;
  artifacts: Artifacts;
  browser: Browser;
  dispatchNamespace: DispatchNamespace;
  flagship: Flagship;
  images: Images;
  k2: K2;
  media: Media;
  mtlsCertificate: MtlsCertificate;
  pipeline: Pipeline;
  rateLimit: RateLimit;
  raw: Raw;
  secretKey: SecretKey;
  secretsStoreSecret: SecretsStoreSecret;
  sendEmail: SendEmail;
  vpcNetwork: VpcNetwork;
  vpcService: VpcService;
  workerLoader: WorkerLoader;
  workflow: Workflow;
}

export type StoreKind = keyof Stores;
export type ResourceKind = keyof Resources;
export type BindingKind = keyof Bindings;

/**
 * What holds data.
 *
 * @example
 * const store: Store = d1("notes");
 */
export type Store = Stores[StoreKind];

/**
 * A resource of its own, as opposed to a value that is only bound.
 *
 * @example
 * const resources: Resource[] = [d1("notes"), worker("api", settings)];
 */
export type Resource = Resources[ResourceKind];

/**
 * What a worker can find in its `env`. A plain text is a variable that anyone with access to the account can read.
 *
 * @example
 * const env: Record<string, Binding> = { DB: d1("notes"), LEVEL: "info" };
 */
export type Binding = Bindings[BindingKind] | string;

/** The declaration of a kind; written so that `table[declared.kind](declared)` compiles for a kind that is not known yet. */
export type StoreOf<Kind extends StoreKind> = {
  [Each in Kind]: Stores[Each] & { readonly kind: Each };
}[Kind];
export type ResourceOf<Kind extends ResourceKind> = {
  [Each in Kind]: Resources[Each] & { readonly kind: Each };
}[Kind];
export type BindingOf<Kind extends BindingKind> = {
  [Each in Kind]: Bindings[Each] & { readonly kind: Each };
}[Kind];
