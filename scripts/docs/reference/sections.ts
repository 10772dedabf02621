/** A part of the reference: what belongs together, in the order in which a stranger meets it. */
export interface Section {
  readonly title: string;
  readonly names: readonly string[];
}

/** A public module, and where its names stand in the reference. Every one has to have a place. */
export interface PublicModule {
  readonly module: string;
  readonly file: string;
  readonly sections: readonly Section[];
}

export const modules: readonly PublicModule[] = [
  {
    module: "lockstep",
    file: "src/index.ts",
    sections: [
      {
        title: "The project",
        names: [
          "defineProject",
          "ProjectDeclaration",
          "StageDeclaration",
          "PullRequestStages",
          "Project",
          "Stage",
          "PullRequests",
        ],
      },
      { title: "Policies", names: ["PolicyChoices", "PolicyChoice", "PolicyLevel"] },
      { title: "Systems", names: ["system", "System", "Resource", "Store", "BackupPlan", "BackupRetention"] },
      {
        title: "Releases",
        names: [
          ...[
            "ReleasePlan",
            "ReleaseStep",
            "Hook",
            "HookPoint",
            "CommandHook",
            "UrlHook",
            "SecretReference",
            "SmokeRequest",
            "WarmUp",
            "FreezeWindow",
            "ReleaseScore",
            "Gate",
          ],
          ...["errorRate", "ErrorRateGate", "latency", "LatencyGate", "metric", "MetricGate", "Comparison"],
        ],
      },
      {
        title: "What a release's metrics are asked of",
        names: [
          ...["MetricSource", "Reads", "argument", "ReleaseArgument", "SourceValue"],
          ...["sqlSource", "SqlSource", "urlSource", "UrlSource", "graphqlSource", "GraphqlSource"],
          ...["telemetrySource", "TelemetrySource", "TelemetryFilter", "TelemetryCalculation"],
        ],
      },
      {
        title: "Workers",
        names: [
          "worker",
          "WorkerOptions",
          "SiteOptions",
          "PagesOptions",
          "Pages",
          "Worker",
          "Route",
          "Binding",
          "EnvOf",
        ],
      },
      { title: "Settings of workers", names: ["WorkerSettings", "Observability", "Placement", "Limits"] },
      { title: "Static files", names: ["assets", "Assets", "AssetsBinding"] },
      { title: "D1 databases", names: ["d1", "D1", "CopyRules", "CopyRule"] },
      {
        title: "R2 buckets",
        names: [
          "r2",
          "R2",
          "CorsRule",
          "LifecycleRule",
          "LockRule",
          "When",
          "BucketDomain",
          "BucketNotification",
          "BucketEvent",
        ],
      },
      { title: "KV namespaces", names: ["kv", "Kv"] },
      { title: "Queues", names: ["queue", "Queue", "Consume", "PullConsumer"] },
      {
        title: "Vectorize indexes",
        names: ["vectorize", "Vectorize", "VectorRecipe", "QueueRecipe", "ModelRecipe"],
      },
      { title: "Hyperdrive", names: ["hyperdrive", "Hyperdrive", "HyperdriveOrigin"] },
      { title: "AI Gateways", names: ["aiGateway", "AiGateway", "AiGatewayRateLimit"] },
      { title: "Other workers", names: ["service", "Service"] },
      {
        title: "Durable Objects",
        names: [
          "durableObject",
          "DurableObject",
          "DurableObjectClass",
          "isLive",
          "objectBackup",
          "ObjectBackup",
        ],
      },
      {
        title: "Values",
        names: [
          "secret",
          "Secret",
          "OptionalSecret",
          "perStage",
          "PerStage",
          "stageName",
          "StageName",
          "json",
          "Json",
          "ai",
          "Ai",
          "versionMetadata",
          "VersionMetadata",
        ],
      },
      { title: "Workflows", names: ["workflow", "Workflow"] },
      {
        title: "Other bindings",
        names: [
          "rateLimit",
          "RateLimit",
          "analyticsEngine",
          "AnalyticsEngine",
          "sendEmail",
          "SendEmail",
          "secretsStoreSecret",
          "SecretsStoreSecret",
          "secretKey",
          "SecretKey",
          "browser",
          "Browser",
          "images",
          "Images",
          "media",
          "Media",
          "mtlsCertificate",
          "MtlsCertificate",
          "vpcService",
          "VpcService",
          "vpcNetwork",
          "VpcNetwork",
          "aiSearch",
          "AiSearch",
          "aiSearchNamespace",
          "AiSearchNamespace",
          "pipeline",
          "Pipeline",
          "k2",
          "K2",
          "dispatchNamespace",
          "DispatchNamespace",
          "workerLoader",
          "WorkerLoader",
          "flagship",
          "Flagship",
          "artifacts",
          "Artifacts",
          "raw",
          "Raw",
          "StageText",
        ],
      },
      { title: "Refusals", names: ["UserError", "Diagnostic"] },
    ],
  },
  {
    module: "lockstep/program",
    file: "src/program/index.ts",
    sections: [{ title: "The program", names: ["deployProject"] }],
  },
  {
    module: "lockstep/testing",
    file: "harness/index.ts",
    sections: [
      {
        title: "Tests",
        names: ["deployStage", "DeployOptions", "DeployedStage", "WorkerRequest", "WorkerAnswer"],
      },
    ],
  },
];
