/** The vocabulary a system is written in: inert data. Nothing exists until a stack deploys it. */
export { type AiGateway, type AiGatewayRateLimit, aiGateway } from "./ai-gateway.ts";
export { type Assets, type AssetsBinding, assets } from "./assets.ts";
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
export type { BucketEvent, BucketNotification } from "./bucket-notification.ts";
export type { CopyRule, CopyRules } from "./copy-rules.ts";
export { type D1, d1 } from "./d1.ts";
export { type DurableObject, type DurableObjectClass, durableObject, isLive } from "./durable-object.ts";
export type { EnvOf } from "./env.ts";
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
export { type Hyperdrive, type HyperdriveOrigin, hyperdrive } from "./hyperdrive.ts";
export type { Binding, Resource, Store } from "./kinds/kinds.ts";
export { type Kv, kv } from "./kv.ts";
export { type Consume, type PullConsumer, type Queue, queue } from "./queue.ts";
export { type R2, r2 } from "./r2.ts";
export type { BucketDomain, CorsRule, LifecycleRule, LockRule, When } from "./r2-rules.ts";
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
export { type Service, service } from "./service.ts";
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
export type { VectorRecipe } from "./vector-recipe.ts";
export { type Vectorize, vectorize } from "./vectorize.ts";
export {
  type Pages,
  type PagesOptions,
  type Route,
  type SiteOptions,
  type Worker,
  type WorkerOptions,
  worker,
} from "./worker.ts";
export type { Limits, Observability, Placement, WorkerSettings } from "./worker-settings.ts";
