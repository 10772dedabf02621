// Checked by tsc: every line under an expectation has to be a mistake, everything else has to compile.
import { aiGateway, d1, kv, queue, r2, vectorize } from "../index.ts";

d1("db", {
  migrations: "migrations/s/db",
  adopt: { prod: "id" },
  readReplication: "auto",
  jurisdiction: "eu",
  primaryLocationHint: "weur",
  physicalName: "{stage}-{name}",
});
// @ts-expect-error a name is not optional
d1();
// @ts-expect-error there is no such jurisdiction
d1("db", { jurisdiction: "mars" });
// @ts-expect-error a misspelt field
d1("db", { migration: "migrations/s/db" });
// @ts-expect-error ids are given by stage
d1("db", { adopt: "id" });
// @ts-expect-error each stage has a database of its own
d1("db", { shared: true });

r2("files", { shared: true, storageClass: "InfrequentAccess", jurisdiction: "fedramp" });
// @ts-expect-error there is no such class of storage
r2("files", { storageClass: "Cold" });
// @ts-expect-error a bucket has no migrations
r2("files", { migrations: "migrations/s/db" });

r2("files", {
  cors: [{ origins: ["*"], methods: ["GET"] }],
  lifecycle: [{ id: "a", expire: { on: "2030-01-01" }, abortMultipart: { afterDays: 1 } }],
  lock: [{ id: "b", retain: "indefinitely" }],
  managedDomain: true,
  customDomains: { prod: [{ domain: "files.example.com", zoneId: "id", minTls: "1.2" }] },
});
// @ts-expect-error a rule of CORS says what pages may do
r2("files", { cors: [{ origins: ["*"] }] });
// @ts-expect-error there is no such method for a bucket
r2("files", { cors: [{ origins: ["*"], methods: ["PATCH"] }] });
// @ts-expect-error a lifecycle says when
r2("files", { lifecycle: [{ id: "a", expire: 30 }] });
// @ts-expect-error an upload is given up after days, not on a day
r2("files", { lifecycle: [{ id: "a", abortMultipart: { on: "2030-01-01" } }] });
// @ts-expect-error a lock says for how long
r2("files", { lock: [{ id: "b" }] });
// @ts-expect-error custom domains are given by stage
r2("files", { customDomains: [{ domain: "files.example.com", zoneId: "id" }] });
// @ts-expect-error a domain is in a zone
r2("files", { customDomains: { prod: [{ domain: "files.example.com" }] } });

kv("cache", { adopt: { prod: "id" }, physicalName: "{name}" });
// @ts-expect-error a namespace has no jurisdiction
kv("cache", { jurisdiction: "eu" });

vectorize("index", { dimensions: 3, metric: "cosine", metadataIndexes: { tag: "string" }, shared: true });
// @ts-expect-error an index has dimensions
vectorize("index", { metric: "cosine" });
// @ts-expect-error an index has a metric
vectorize("index", { dimensions: 3 });
// @ts-expect-error there is no such metric
vectorize("index", { dimensions: 3, metric: "manhattan" });
// @ts-expect-error metadata is not filtered by dates
vectorize("index", { dimensions: 3, metric: "cosine", metadataIndexes: { at: "date" } });

queue<{ readonly id: string }>("orders", { deliveryDelaySeconds: 5, messageRetentionSeconds: 60 });
queue("pulled", { paused: true, pullConsumer: { visibilityTimeoutMs: 1_000, deadLetter: queue("failed") } });
// @ts-expect-error a worker that consumes is said by the worker
queue("pulled", { pullConsumer: { scriptName: "w" } });
d1("db", { jurisdiction: "us" });
// @ts-expect-error how messages are taken off is said by the worker that consumes them
queue("orders", { batchSize: 10 });
// @ts-expect-error the type of the messages is no value
queue("orders", { body: { id: "1" } });

aiGateway("models", {
  shared: true,
  cacheTtlSeconds: 3_600,
  rateLimit: { requests: 100, windowSeconds: 60, technique: "sliding" },
  collectLogs: false,
});
aiGateway("models", { rateLimit: { requests: 100, windowSeconds: 60 } });
// @ts-expect-error a limit has a window
aiGateway("models", { rateLimit: { requests: 100 } });
// @ts-expect-error there is no such technique
aiGateway("models", { rateLimit: { requests: 100, windowSeconds: 60, technique: "leaky" } });
