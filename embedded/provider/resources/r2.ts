import type { Call, HookContext, Kind } from "../facts/kind.ts";
import { property, text, type Values } from "../values/values.ts";

const bucket = "accounts/{accountId}/r2/buckets/{bucketName}";

/** A jurisdiction is a namespace of bucket names; every call says which. */
const jurisdiction = (values: Values): Readonly<Record<string, string>> => ({
  "cf-r2-jurisdiction": text(values, "jurisdiction") ?? "default",
});
const call = (method: Call["method"], path: string): Call => ({ method, path, headers: jurisdiction });

export const r2Bucket: Kind = {
  token: "cloudflare:index/r2Bucket:R2Bucket",
  create: call("POST", "accounts/{accountId}/r2/buckets"),
  read: call("GET", "accounts/{accountId}/r2/buckets/{id}"),
  update: {
    method: "PATCH",
    path: "accounts/{accountId}/r2/buckets/{id}",
    headers: (values) => ({
      ...jurisdiction(values),
      "cf-r2-storage-class": text(values, "storageClass") ?? "Standard",
    }),
    body: "none",
  },
  delete: call("DELETE", "accounts/{accountId}/r2/buckets/{id}"),
  id: "name",
  importId: "{accountId}/{id}/{jurisdiction?}",
  wire: { storageClass: "storageClass", location: "locationHint" },
  wireRead: { storageClass: "storage_class", location: "location" },
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
  hooks: {
    // a bucket cannot move: the official provider ignores another location once the bucket is there
    plan: (planned, _inputs, prior) =>
      prior?.["location"] === undefined ? planned : { ...planned, location: prior["location"] },
  },
  existing: {
    path: "accounts/{accountId}/r2/buckets",
    list: "buckets",
    field: "name",
    property: "name",
    id: "name",
  },
};

export const r2BucketCors: Kind = {
  token: "cloudflare:index/r2BucketCors:R2BucketCors",
  create: call("PUT", `${bucket}/cors`),
  read: call("GET", `${bucket}/cors`),
  update: call("PUT", `${bucket}/cors`),
  delete: call("DELETE", `${bucket}/cors`),
  style: "camel",
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
};

export const r2BucketLifecycle: Kind = {
  token: "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  create: call("PUT", `${bucket}/lifecycle`),
  read: call("GET", `${bucket}/lifecycle`),
  update: call("PUT", `${bucket}/lifecycle`),
  delete: "none",
  style: "camel",
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
};

export const r2BucketLock: Kind = {
  token: "cloudflare:index/r2BucketLock:R2BucketLock",
  create: call("PUT", `${bucket}/lock`),
  read: call("GET", `${bucket}/lock`),
  update: call("PUT", `${bucket}/lock`),
  delete: "none",
  style: "camel",
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
};

const notification =
  "accounts/{accountId}/event_notifications/r2/{bucketName}/configuration/queues/{queueId}";

export const r2BucketEventNotification: Kind = {
  token: "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification",
  create: call("PUT", notification),
  read: call("GET", notification),
  update: "deleteAndCreate",
  delete: call("DELETE", notification),
  style: "camel",
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
};

export const r2CustomDomain: Kind = {
  token: "cloudflare:index/r2CustomDomain:R2CustomDomain",
  create: call("POST", `${bucket}/domains/custom`),
  read: call("GET", `${bucket}/domains/custom/{domain}`),
  update: call("PUT", `${bucket}/domains/custom/{domain}`),
  delete: call("DELETE", `${bucket}/domains/custom/{domain}`),
  style: "camel",
  wire: { minTls: "minTLS" },
  notSent: ["jurisdiction"],
  notRead: ["jurisdiction"],
  hooks: { after: withZoneName },
};

/** The API may not know the zone's name at once; the official provider then asks again. */
async function withZoneName(outputs: Values, planned: Values, { api }: HookContext): Promise<Values> {
  if (text(outputs, "zoneName") !== undefined) return outputs;
  const segments = ["accountId", "bucketName", "domain"].map((name) =>
    encodeURIComponent(text(planned, name) ?? ""),
  );
  const found = await api.call(
    "GET",
    `accounts/${segments[0]}/r2/buckets/${segments[1]}/domains/custom/${segments[2]}`,
    {
      headers: jurisdiction(planned),
    },
  );
  const [zoneName, status] = [property(found, "zoneName"), property(found, "status")];
  return {
    ...outputs,
    ...(zoneName === undefined ? {} : { zoneName }),
    ...(status === undefined ? {} : { status }),
  };
}

export const r2ManagedDomain: Kind = {
  token: "cloudflare:index/r2ManagedDomain:R2ManagedDomain",
  create: call("PUT", `${bucket}/domains/managed`),
  read: "none",
  update: call("PUT", `${bucket}/domains/managed`),
  delete: "none",
  style: "camel",
  notSent: ["jurisdiction"],
};
