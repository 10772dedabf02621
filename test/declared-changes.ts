/** A text of the declaration, the text that takes its place, and the resource that the engine then changes. */
export interface Change {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** As the engine names it: `<type> <name>`. */
  readonly resource: string;
}

const change = (resource: string, what: string, from: string, to: string): Change => ({
  resource,
  what,
  from,
  to,
});
const api = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:WorkerVersion dome/api", what, from, to);
const back = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:WorkerVersion dome/back", what, from, to);
const consumer = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:QueueConsumer dome/api/jobs", what, from, to);
const queue = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:Queue dome/jobs", what, from, to);
const index = (what: string, from: string, to: string): Change =>
  change("pulumi-nodejs:dynamic/lockstep:VectorizeIndex dome/index", what, from, to);
const bucket = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:R2Bucket dome/files", what, from, to);
const crons = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:WorkersCronTrigger dome/api", what, from, to);
const answering = (what: string, from: string, to: string): Change =>
  change("cloudflare:index:Worker dome/api", what, from, to);

const date = 'main: "workers/shop/api.js",\n  compatibilityDate: "2026-01-01",';
const settledConsumer = "{ queue: jobs, batchSize: 5, maxConcurrency: 2, maxRetries: 1 }";
const delayed = 'queue("jobs", { deliveryDelaySeconds: 5 })';
const infrequent = 'r2("files", { storageClass: "InfrequentAccess" })';

/** Changes that have nothing to do with each other are made in one go. The order counts: each finds what the ones before it left. */
export const rounds: readonly (readonly Change[])[] = [
  [
    api("a binding is added", 'LEVEL: "info"', 'LEVEL: "info", META: versionMetadata()'),
    consumer("a consumer's settings change", "{ queue: jobs }", settledConsumer),
    index("an index gets another dimension", "dimensions: 3", "dimensions: 4"),
  ],
  [
    api("a binding is renamed", "CACHE: cache", "KV: cache"),
    consumer("a consumer gets a dead-letter queue", "maxRetries: 1 }", "maxRetries: 1, deadLetter: failed }"),
    index(
      "an index gets metadata indexes",
      "dimensions: 4",
      'metadataIndexes: { tag: "string", year: "number" }, dimensions: 4',
    ),
  ],
  [
    api("a binding gets another type", 'LEVEL: "info"', 'LEVEL: json({ level: "info" })'),
    consumer("a consumer loses its dead-letter queue", ", deadLetter: failed }", " }"),
    index("an index loses one of them", ', year: "number"', ""),
  ],
  [
    api("a binding differs by stage", 'LEVEL: json({ level: "info" })', 'LEVEL: perStage({ dev: "debug" })'),
    consumer("a consumer's limit goes", ", maxConcurrency: 2", ""),
    bucket("a bucket's class changes", 'r2("files")', infrequent),
  ],
  [
    api("a binding is removed", ", META: versionMetadata()", ""),
    consumer(
      "a consumer is removed",
      "consumes: [{ queue: jobs, batchSize: 5, maxRetries: 1 }]",
      "consumes: []",
    ),
    bucket("a bucket's class is left to the default again", infrequent, 'r2("files")'),
  ],
  [
    api("a service gets an entrypoint", "service(back)", 'service(back, "Orders")'),
    consumer("a consumer is added", "consumes: []", "consumes: [{ queue: jobs }]"),
    change(
      "cloudflare:index:D1Database dome/db",
      "a database gets replicas",
      'migrations/shop/db" }',
      'migrations/shop/db", readReplication: "auto" }',
    ),
  ],
  [
    api("a service loses its entrypoint", 'service(back, "Orders")', "service(back)"),
    queue("a queue's own settings change", 'queue("jobs")', delayed),
    change(
      "cloudflare:index:WorkersKvNamespace dome/cache",
      "a namespace is renamed at Cloudflare",
      'kv("cache")',
      'kv("cache", { physicalName: "{stage}-cache" })',
    ),
  ],
  [
    back("the last binding of a worker is removed", "env: { DB: db },", "env: {},"),
    queue("a queue's settings go back to their defaults", delayed, 'queue("jobs")'),
    crons(
      "crons are added",
      "consumes: [{ queue: jobs }]",
      'consumes: [{ queue: jobs }], crons: ["0 3 * * *", "*/5 * * * *"]',
    ),
  ],
  [
    back("a worker without any binding gets one", "env: {},", "env: { DB: db },"),
    queue(
      "a queue is renamed at Cloudflare",
      'queue("jobs")',
      'queue("jobs", { physicalName: "work{-stage}" })',
    ),
    crons("crons change", '"0 3 * * *", "*/5 * * * *"', '"0 4 * * *"'),
    answering(
      "a worker leaves its workers.dev address",
      date,
      date.replace('"2026-01-01",', '"2026-01-01", workersDev: false,'),
    ),
  ],
  [
    api("a variable becomes a number in a text", 'LEVEL: perStage({ dev: "debug" })', 'LEVEL: "3"'),
    answering(
      "a worker answers there again",
      '"2026-01-01", workersDev: false,\n  env: { DB: db, FILES',
      '"2026-01-01",\n  env: { DB: db, FILES',
    ),
  ],
  [
    api("the compatibility date changes", date, date.replace("01-01", "02-01")),
    change("cloudflare:index:R2Bucket dome/files", "a store goes with its binding", "FILES: files, ", ""),
  ],
  [
    api(
      "flags are added",
      'compatibilityDate: "2026-02-01",',
      'compatibilityDate: "2026-02-01", compatibilityFlags: ["nodejs_compat", "nodejs_als"],',
    ),
    back(
      "two workers call each other",
      "env: { DB: db },",
      "env: { DB: db, API: service((): Worker => api) },",
    ),
  ],
  [
    api("flags are removed", ' compatibilityFlags: ["nodejs_compat", "nodejs_als"],', ""),
    back("they do not any more", ", API: service((): Worker => api)", ""),
  ],
  [
    api(
      "assets are added",
      'compatibilityDate: "2026-02-01",',
      'compatibilityDate: "2026-02-01", assets: "public",',
    ),
  ],
  [api("assets are removed", ' assets: "public",', "")],
];
