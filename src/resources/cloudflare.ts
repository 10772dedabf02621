/**
 * The classes of @pulumi/cloudflare that Lockstep uses, each by its own path: importing the package by its name loads 785
 * modules. The one place that knows the SDK's file names.
 */
export { AiGateway } from "@pulumi/cloudflare/aiGateway.js";
export { D1Database } from "@pulumi/cloudflare/d1database.js";
export { HyperdriveConfig } from "@pulumi/cloudflare/hyperdriveConfig.js";
export { Provider } from "@pulumi/cloudflare/provider.js";
export { Queue } from "@pulumi/cloudflare/queue.js";
export { QueueConsumer } from "@pulumi/cloudflare/queueConsumer.js";
export { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
export { R2BucketCors } from "@pulumi/cloudflare/r2bucketCors.js";
export { R2BucketEventNotification } from "@pulumi/cloudflare/r2bucketEventNotification.js";
export { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
export { R2BucketLock } from "@pulumi/cloudflare/r2bucketLock.js";
export { R2CustomDomain } from "@pulumi/cloudflare/r2customDomain.js";
export { R2ManagedDomain } from "@pulumi/cloudflare/r2managedDomain.js";
export type * as inputs from "@pulumi/cloudflare/types/input.js";
export { Worker } from "@pulumi/cloudflare/worker.js";
export { WorkersCronTrigger } from "@pulumi/cloudflare/workersCronTrigger.js";
export { WorkersCustomDomain } from "@pulumi/cloudflare/workersCustomDomain.js";
export { WorkersDeployment, type WorkersDeploymentArgs } from "@pulumi/cloudflare/workersDeployment.js";
export { WorkersKvNamespace } from "@pulumi/cloudflare/workersKvNamespace.js";
export { WorkersRoute } from "@pulumi/cloudflare/workersRoute.js";
export { WorkerVersion, type WorkerVersionArgs } from "@pulumi/cloudflare/workerVersion.js";
export { Workflow } from "@pulumi/cloudflare/workflow.js";
