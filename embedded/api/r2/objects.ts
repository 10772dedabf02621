import type { R2ObjectInfo } from "../../runtime/stores.ts";
import type { World } from "../../world.ts";
import { ApiError, type ApiRequest, type BodyLimit, ok, type Reply, type Route } from "../http/service.ts";
import { bucketOf, whole } from "./buckets.ts";
import { httpHeaders } from "./http-metadata.ts";
import { refuseLocked } from "./locks.ts";
import { refused } from "./refused.ts";

/** Above it Cloudflare's API refuses an upload; S3 and Workers take more. */
const maximumUploadBytes = 300 * 1024 * 1024;

const objectBody: BodyLimit = {
  maximumBytes: maximumUploadBytes,
  refusal: () =>
    new ApiError(
      413,
      100100,
      `The object is larger than ${maximumUploadBytes} bytes; upload it with S3 or a Worker.`,
    ),
};

const keyOf = (request: ApiRequest): string => request.params["key"] ?? "";

async function put(request: ApiRequest, world: World): Promise<Reply> {
  const bucket = bucketOf(request, world);
  const httpMetadata: Record<string, string> = {};
  for (const [header, field] of Object.entries(httpHeaders)) {
    const value = request.headers.get(header);
    if (value !== null) httpMetadata[field] = field === "cacheExpiry" ? expiry(value) : value;
  }
  await refused(() => refuseLocked(world, bucket, [keyOf(request)]));
  const body = await request.spooled();
  const object = await refused(() =>
    world.stores.r2.put(bucket.id, keyOf(request), body.blob, { httpMetadata, customMetadata: {} }),
  ).finally(body.close);
  return ok({
    key: object.key,
    etag: object.etag,
    size: String(object.sizeBytes),
    storage_class: request.headers.get("cf-r2-storage-class") ?? bucket.body.storageClass,
    uploaded: new Date(object.uploadedMs).toISOString(),
    version: object.etag,
  });
}

function expiry(value: string): string {
  const ms = Date.parse(value);
  if (Number.isNaN(ms))
    throw new ApiError(
      400,
      10001,
      `The request is malformed: the header expires is not a date: ${JSON.stringify(value)}`,
    );
  return String(ms);
}

/** No envelope: the object's own bytes and headers. */
async function get(request: ApiRequest, world: World): Promise<Reply> {
  const bucket = bucketOf(request, world);
  const found = await refused(() => world.stores.r2.open(bucket.id, keyOf(request)));
  if (found === undefined) throw new ApiError(404, 10007, "The specified key does not exist.");
  const headers = headersOf(found.object);
  const unchanged = isUnchanged(request.headers, found.object);
  const length = { "content-length": String(found.object.sizeBytes) };
  if (!unchanged && request.method !== "HEAD")
    return { kind: "raw", status: 200, headers: { ...headers, ...length }, body: found.body };
  await found.close();
  return unchanged
    ? { kind: "raw", status: 304, headers, body: "" }
    : { kind: "raw", status: 200, headers: { ...headers, ...length }, body: "" };
}

/** If-None-Match decides where it is sent; If-Modified-Since, which knows whole seconds only, where it is not. */
function isUnchanged(headers: Headers, { etag, uploadedMs }: R2ObjectInfo): boolean {
  const known = headers.get("if-none-match");
  if (known === null)
    return Date.parse(headers.get("if-modified-since") ?? "") >= Math.floor(uploadedMs / 1000) * 1000;
  return known.split(",").some((one) => ["*", etag].includes(one.trim().replaceAll(/^W\/|"/g, "")));
}

function headersOf(object: R2ObjectInfo): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/octet-stream",
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.uploadedMs).toUTCString(),
  };
  for (const [header, field] of Object.entries(httpHeaders)) {
    const value = object.httpMetadata[field];
    if (value !== undefined)
      headers[header] = field === "cacheExpiry" ? new Date(Number(value)).toUTCString() : value;
  }
  return headers;
}

async function remove(request: ApiRequest, world: World): Promise<Reply> {
  const bucket = bucketOf(request, world);
  await refused(() => refuseLocked(world, bucket, [keyOf(request)]));
  await refused(() => world.stores.r2.delete(bucket.id, keyOf(request)));
  return ok({ key: keyOf(request) });
}

async function list(request: ApiRequest, world: World): Promise<Reply> {
  const bucket = bucketOf(request, world);
  const query = request.url.searchParams;
  const perPage = Math.min(whole(query, "per_page", 20), 1000);
  const wanted = {
    prefix: query.get("prefix"),
    delimiter: query.get("delimiter"),
    startAfter: query.get("start_after"),
  };
  const options = Object.fromEntries(
    Object.entries(wanted).filter(([, value]) => value !== null && value !== ""),
  );
  let cursor = query.get("cursor") || undefined;
  const objects: R2ObjectInfo[] = [];
  const prefixes = new Set<string>();
  do {
    // R2 gives at most 100 objects with metadata at a time
    const limit = perPage - objects.length - prefixes.size;
    const page = await refused(() =>
      world.stores.r2.list(bucket.id, {
        ...options,
        limit: Math.min(limit, 100),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    objects.push(...page.objects);
    for (const prefix of page.prefixes) prefixes.add(prefix);
    cursor = page.cursor;
  } while (cursor !== undefined && objects.length + prefixes.size < perPage);
  const shown = objects.map((o) => ({
    key: o.key,
    etag: o.etag,
    size: o.sizeBytes,
    last_modified: new Date(o.uploadedMs).toISOString(),
    http_metadata: o.httpMetadata,
    custom_metadata: o.customMetadata,
    storage_class: bucket.body.storageClass,
  }));
  return ok(shown, {
    per_page: perPage,
    cursor: cursor ?? "",
    is_truncated: cursor !== undefined,
    delimited: [...prefixes],
  });
}

const base = "/accounts/:account/r2/buckets/:bucket/objects";
export const objectRoutes: readonly Route[] = [
  { method: "GET", path: base, permission: "Workers R2 Storage Bucket Item:Read", handle: list },
  {
    method: "PUT",
    path: `${base}/:key+`,
    permission: "Workers R2 Storage Bucket Item:Edit",
    body: objectBody,
    handle: put,
  },
  { method: "GET", path: `${base}/:key+`, permission: "Workers R2 Storage Bucket Item:Read", handle: get },
  { method: "HEAD", path: `${base}/:key+`, permission: "Workers R2 Storage Bucket Item:Read", handle: get },
  {
    method: "DELETE",
    path: `${base}/:key+`,
    permission: "Workers R2 Storage Bucket Item:Edit",
    handle: remove,
  },
];
