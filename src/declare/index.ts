/** The vocabulary a system is written in: inert data. Nothing exists until a stack deploys it. */

export type { BackupPlan, BackupRetention } from "./backup.ts";
export { type Artifacts, artifacts, type Flagship, flagship } from "./bindings/account.ts";
export { type AiSearch, type AiSearchNamespace, aiSearch, aiSearchNamespace } from "./bindings/ai-search.ts";
export { type AnalyticsEngine, analyticsEngine } from "./bindings/analytics-engine.ts";
export {
  type MtlsCertificate,
  mtlsCertificate,
  type VpcNetwork,
  type VpcService,
  vpcNetwork,
  vpcService,
} from "./bindings/network.ts";
export {
  type DispatchNamespace,
  dispatchNamespace,
  type WorkerLoader,
  workerLoader,
} from "./bindings/platform.ts";
export { type RateLimit, rateLimit } from "./bindings/rate-limit.ts";
export { type Raw, raw } from "./bindings/raw.ts";
export { type Browser, browser, type Images, images, type Media, media } from "./bindings/rendering.ts";
export {
  type SecretKey,
  type SecretsStoreSecret,
  secretKey,
  secretsStoreSecret,
} from "./bindings/secrets.ts";
export { type SendEmail, sendEmail } from "./bindings/send-email.ts";
export type { StageText } from "./bindings/stage-text.ts";
export { type K2, k2, type Pipeline, pipeline } from "./bindings/streams.ts";
export { type Workflow, workflow } from "./bindings/workflow.ts";
export { argument, type ReleaseArgument, type SourceValue } from "./gates/argument.ts";
export { type Comparison, type MetricGate, metric } from "./gates/metric.ts";
export {
  type GraphqlSource,
  graphqlSource,
  type MetricSource,
  type Reads,
  type SqlSource,
  sqlSource,
  type TelemetryCalculation,
  type TelemetryFilter,
  type TelemetrySource,
  telemetrySource,
  type UrlSource,
  urlSource,
} from "./gates/sources.ts";
export type { Binding, Resource, Store } from "./kinds/kinds.ts";
export type { FreezeWindow } from "./release/freeze.ts";
export type { CommandHook, Hook, HookPoint, SecretReference, UrlHook } from "./release/hooks.ts";
export type { SmokeRequest, WarmUp } from "./release/requests.ts";
export {
  type ErrorRateGate,
  errorRate,
  type Gate,
  type LatencyGate,
  latency,
  type ReleasePlan,
  type ReleaseScore,
  type ReleaseStep,
} from "./release.ts";
export { type AiGateway, type AiGatewayRateLimit, aiGateway } from "./stores/ai-gateway.ts";
export type { BucketEvent, BucketNotification } from "./stores/bucket-notification.ts";
export type { CopyRule, CopyRules } from "./stores/copy-rules.ts";
export { type D1, d1 } from "./stores/d1.ts";
export { type Hyperdrive, type HyperdriveOrigin, hyperdrive } from "./stores/hyperdrive.ts";
export { type Kv, kv } from "./stores/kv.ts";
export { type Consume, type PullConsumer, type Queue, queue } from "./stores/queue.ts";
export { type R2, r2 } from "./stores/r2.ts";
export type { BucketDomain, CorsRule, LifecycleRule, LockRule, When } from "./stores/r2-rules.ts";
export type { ModelRecipe, QueueRecipe, VectorRecipe } from "./stores/vector-recipe.ts";
export { type Vectorize, vectorize } from "./stores/vectorize.ts";
export { type System, system } from "./system.ts";
export {
  type Ai,
  ai,
  type Json,
  json,
  type OptionalSecret,
  type PerStage,
  perStage,
  type Secret,
  type StageName,
  secret,
  stageName,
  type VersionMetadata,
  versionMetadata,
} from "./values.ts";
export { type Assets, type AssetsBinding, assets } from "./workers/assets.ts";
export {
  type DurableObject,
  type DurableObjectClass,
  durableObject,
  isLive,
} from "./workers/durable-object.ts";
export type { EnvOf } from "./workers/env.ts";
export { type ObjectBackup, objectBackup } from "./workers/object-backup.ts";
export { type Service, service } from "./workers/service.ts";
export {
  type Pages,
  type PagesOptions,
  type Route,
  type SiteOptions,
  type Worker,
  type WorkerOptions,
  worker,
} from "./workers/worker.ts";
export type { Limits, Observability, Placement, WorkerSettings } from "./workers/worker-settings.ts";
