import { element, elements } from "../../../../src/cloudflare/s3/read-xml.ts";
import type { R2ObjectInfo } from "../../../runtime/stores.ts";
import { spool, spoolFolder } from "../../http/spool.ts";
import { findBucket } from "../buckets.ts";
import { refuseLocked } from "../locks.ts";
import { isUnchanged, putCondition, rangeOf } from "./conditions.ts";
import { requireAction, requireKey } from "./credentials/grant.ts";
import { decoded } from "./encoding.ts";
import { asS3Failure, invalidArgument, noSuchKey, preconditionFailed, S3Failure } from "./failure.ts";
import { headersOf, metadataOf } from "./metadata.ts";
import {
  type BucketRequest,
  empty,
  type ObjectRequest,
  quoted,
  type S3Reply,
  type S3Request,
  xmlReply,
} from "./operation.ts";
import { xmlDocument } from "./xml.ts";

/** GetObject and HeadObject. */
export async function getObject(request: ObjectRequest): Promise<S3Reply> {
  const { world, bucket, key, headers, query, method } = request;
  const object = await world.stores.r2.head(bucket.id, key);
  if (object === undefined) throw noSuchKey();
  const shown = headersOf(object, query);
  if (isUnchanged(object, headers)) return { status: 304, headers: shown, body: "" };
  const range = rangeOf(headers["range"], object.sizeBytes);
  const length = range === undefined ? object.sizeBytes : range.end - range.start + 1;
  const all = {
    ...shown,
    "content-length": String(length),
    ...(range && { "content-range": `bytes ${range.start}-${range.end}/${object.sizeBytes}` }),
  };
  const status = range === undefined ? 200 : 206;
  if (method === "HEAD") return { status, headers: all, body: "" };
  const found = await world.stores.r2.open(bucket.id, key, range && { offset: range.start, length });
  // Deleted or written anew meanwhile: what was promised above is not there any more.
  if (found === undefined) throw noSuchKey();
  if (found.object.etag !== object.etag) {
    await found.close();
    return getObject(request);
  }
  return { status, headers: all, body: found.body };
}

export async function putObject(request: ObjectRequest): Promise<S3Reply> {
  const { world, bucket, key, headers, body } = request;
  await refuseLocked(world, bucket, [key]);
  const onlyIf = putCondition(headers);
  const { blob, close } = await body.spooled();
  const object = await world.stores.r2
    .put(bucket.id, key, blob, { ...metadataOf(headers), ...(onlyIf && { onlyIf }) })
    .finally(close);
  return empty(200, { etag: quoted(object.etag) });
}

export function copyObject(request: ObjectRequest): Promise<S3Reply> {
  const { world, bucket, key, headers } = request;
  return fromSource(request, async (source) => {
    await refuseLocked(world, bucket, [key]);
    const replaces = headers["x-amz-metadata-directive"]?.toUpperCase() === "REPLACE";
    if (!replaces && source.bucketId === bucket.id && source.object.key === key)
      throw new S3Failure(
        400,
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
      );
    const { httpMetadata, customMetadata } = replaces ? metadataOf(headers) : source.object;
    const copied = await world.stores.r2.put(bucket.id, key, source.blob, {
      httpMetadata,
      customMetadata,
      copySource: { bucket: source.bucketName, object: source.object.key },
    });
    return xmlReply(
      xmlDocument("CopyObjectResult", {
        LastModified: new Date(copied.uploadedMs).toISOString(),
        ETag: quoted(copied.etag),
      }),
    );
  });
}

export interface CopySource {
  readonly bucketId: string;
  readonly bucketName: string;
  readonly object: R2ObjectInfo;
  /** What is copied, in a file that is gone afterwards. */
  readonly blob: Blob;
}

/** Does something with what `x-amz-copy-source` names: `/bucket/key`, encoded, in the same account. */
export async function fromSource<T>(request: S3Request, use: (source: CopySource) => Promise<T>): Promise<T> {
  const { world, account, headers, jurisdiction } = request;
  const [, name = "", key = ""] =
    /^\/?([^/]+)\/(.+)$/s.exec(decoded((headers["x-amz-copy-source"] ?? "").replace(/\?.*$/, ""))) ?? [];
  if (key === "") throw invalidArgument("copy source bucket name");
  requireAction(request.grant, "GetObject", name);
  requireKey(request.grant, key);
  const bucket = findBucket(world.state, account.id, name, jurisdiction);
  if (bucket === undefined) throw new S3Failure(404, "NoSuchBucket", "The specified bucket does not exist.");
  const object = await world.stores.r2.head(bucket.id, key);
  if (object === undefined) throw noSuchKey();
  if (isUnchanged(object, headers, "x-amz-copy-source-")) throw preconditionFailed();
  const range = rangeOf(headers["x-amz-copy-source-range"], object.sizeBytes);
  const part = range && { offset: range.start, length: range.end - range.start + 1 };
  const found = await world.stores.r2.open(bucket.id, key, part);
  if (found === undefined) throw noSuchKey();
  if (found.object.etag !== object.etag) {
    await found.close();
    return fromSource(request, use); // written anew meanwhile
  }
  const { blob, close } = await spool(found.body, spoolFolder(world.dataDir));
  return use({ bucketId: bucket.id, bucketName: name, object, blob }).finally(close);
}

/** Says the same whether it was there or not, as S3 does. */
export async function deleteObject({ world, bucket, key }: ObjectRequest): Promise<S3Reply> {
  await refuseLocked(world, bucket, [key]);
  await world.stores.r2.delete(bucket.id, key);
  return empty(204);
}

const mostKeys = 1_000;

/** DeleteObjects: up to a thousand keys, each with an answer of its own. */
export async function deleteObjects({ world, bucket, body, grant }: BucketRequest): Promise<S3Reply> {
  const text = await body.text();
  const keys = elements(text, "Object").map((each) => element(each, "Key") ?? "");
  if (keys.length === 0 || keys.length > mostKeys || keys.includes(""))
    throw new S3Failure(
      400,
      "MalformedXML",
      "The XML you provided was not well formed or did not validate against our published schema",
    );
  const errors: { readonly Key: string; readonly Code: string; readonly Message: string }[] = [];
  const deleted: { readonly Key: string }[] = [];
  for (const key of keys) {
    try {
      requireKey(grant, key);
      await refuseLocked(world, bucket, [key]);
      await world.stores.r2.delete(bucket.id, key);
      deleted.push({ Key: key });
    } catch (error) {
      const failure = asS3Failure(error);
      if (failure === undefined) throw error;
      errors.push({ Key: key, Code: failure.code, Message: failure.message });
    }
  }
  const quiet = element(text, "Quiet") === "true";
  return xmlReply(xmlDocument("DeleteResult", { Deleted: quiet ? [] : deleted, Error: errors }));
}
