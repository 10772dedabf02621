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
