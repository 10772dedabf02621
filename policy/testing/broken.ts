import { randomBytes } from "node:crypto";
import { types } from "../seen/types.ts";

/** Resources of a stack that break every rule which needs no project, as a state has them: type, name, properties. */
export const broken: readonly (readonly [type: string, name: string, props: object])[] = [
  [types.d1, "orders", { name: "orders" }],
  [types.queue, "jobs", { queueName: "jobs", queueId: "q1", settings: { deliveryDelay: 50_000 } }],
  [types.queue, "failed", { queueName: "failed", queueId: "q2" }],
  [types.queue, "mails", { queueName: "mails", queueId: "q3" }],
  [types.consumer, "of jobs", { queueId: "q1", scriptName: "api", deadLetterQueue: "failed" }],
  [types.consumer, "of mails", { queueId: "q3", scriptName: "api" }],
  [types.vectorize, "notes", { name: "notes", dimensions: 384, metric: "cosine" }],
  [types.worker, "api", { name: "api", subdomain: { enabled: true, previewsEnabled: true } }],
  [
    types.version,
    "api",
    {
      compatibilityDate: "2999-01-01",
      assets: { directory: "dist" },
      modules: [{ name: "index.js", contentBase64: randomBytes(11 * 1024 * 1024).toString("base64") }],
      migrations: { newTag: "v2", newSqliteClasses: ["Room"] },
      bindings: [
        { name: "INDEX", type: "vectorize", indexName: "notes" },
        { name: "MODEL", type: "plain_text", text: "@cf/baai/bge-base-en-v1.5" },
        { name: "API_KEY", type: "plain_text", text: "b7f3c1d9e5" },
        { name: "FROM", type: "plain_text", text: "changeme" },
        { name: "LOG_LEVEL", type: "plain_text", text: "debug" },
        { name: "TWICE", type: "plain_text", text: "one" },
        { name: "TWICE", type: "json", json: "2" },
        { name: "LONG", type: "plain_text", text: "long ".repeat(2_000) },
      ],
    },
  ],
  [
    types.deployment,
    "api",
    {
      scriptName: "api",
      versions: [
        { versionId: "old", percentage: 90 },
        { versionId: "new", percentage: 10 },
      ],
    },
  ],
  [types.cron, "api", { scriptName: "api", schedules: [{ cron: "0 3 * * *" }, { cron: "0 3 * * *" }] }],
  [types.route, "one", { pattern: "shop.dev/*", script: "api", zoneId: "z" }],
  [types.route, "two", { pattern: "https://shop.dev/*", script: "web", zoneId: "z" }],
  [types.gateway, "models", { aiGatewayId: "models", cacheTtl: 0, rateLimitingLimit: 0 }],
  [types.r2ManagedDomain, "files", { bucketName: "files", enabled: true }],
  [
    types.r2Cors,
    "files",
    { bucketName: "files", rules: [{ allowed: { origins: ["*"], methods: ["PUT"] } }] },
  ],
  [types.r2Domain, "files", { bucketName: "files", domain: "files.shop.dev", minTls: "1.0" }],
  [types.zone, "shop", { name: "shop.dev", id: "z" }],
  [types.zoneSetting, "shop", { settingId: "ssl", value: "flexible", zoneId: "z" }],
  [types.dnsRecord, "old", { type: "CNAME", name: "old", content: "old.acme.workers.dev", zoneId: "z" }],
];
