import { findBucket } from "../buckets.ts";
import { bucketList, bucketLocation, createBucket, deleteBucket, headBucket } from "./bucket-operations.ts";
import { invalidArgument, notImplemented, S3Failure } from "./failure.ts";
import { listObjects, listObjectsV2 } from "./listing.ts";
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
  uploadPartCopy,
} from "./multipart.ts";
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from "./objects.ts";
import type { BucketRequest, ObjectRequest, S3Reply, S3Request } from "./operation.ts";

/** Parts of a bucket or an object that S3 has and this endpoint does not: to take them for the whole would be a lie. */
const subresources = [
  "accelerate",
  "acl",
  "analytics",
  "cors",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "logging",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "tagging",
  "torrent",
  "versionId",
  "versioning",
  "versions",
  "website",
];

/** Which operation of S3 a request is, carried out. */
export async function operate(request: S3Request, name: string, key: string): Promise<S3Reply> {
  const { method, query, world, account, jurisdiction } = request;
  const unknown = subresources.find((each) => query.has(each));
  if (unknown !== undefined) throw notImplemented(`${method} ${unknown}`);
  if (name === "") {
    if (method === "GET") return bucketList(request);
    throw wrongMethod();
  }
  if (key === "" && method === "PUT") return createBucket(request, name);
  const bucket = findBucket(world.state, account.id, name, jurisdiction);
  if (bucket === undefined) throw new S3Failure(404, "NoSuchBucket", "The specified bucket does not exist.");
  return key === "" ? onBucket({ ...request, bucket }) : onObject({ ...request, bucket, key });
}

async function onBucket(request: BucketRequest): Promise<S3Reply> {
  const { method, query } = request;
  switch (method) {
    case "HEAD":
      return headBucket(request);
    case "DELETE":
      return deleteBucket(request);
    case "POST":
      if (query.has("delete")) return deleteObjects(request);
      throw notImplemented("PostObject");
    case "GET":
      if (query.has("location")) return bucketLocation(request);
      if (query.has("uploads")) return listUploads(request);
      return query.get("list-type") === "2" ? listObjectsV2(request) : listObjects(request);
    default:
      throw wrongMethod();
  }
}

const longestKeyBytes = 1_024;

async function onObject(request: ObjectRequest): Promise<S3Reply> {
  const { method, query, headers, key } = request;
  if (Buffer.byteLength(key) > longestKeyBytes)
    throw new S3Failure(400, "KeyTooLongError", "Your key is too long.");
  const copies = headers["x-amz-copy-source"] !== undefined;
  switch (method) {
    case "GET":
      return query.has("uploadId") ? listParts(request) : getObject(request);
    case "HEAD":
      return getObject(request);
    case "PUT":
      if (query.has("uploadId")) return copies ? uploadPartCopy(request) : uploadPart(request);
      return copies ? copyObject(request) : putObject(request);
    case "POST":
      if (query.has("uploads")) return createUpload(request);
      if (query.has("uploadId")) return completeUpload(request);
      throw invalidArgument("POST needs uploads or uploadId");
    case "DELETE":
      return query.has("uploadId") ? abortUpload(request) : deleteObject(request);
    default:
      throw wrongMethod();
  }
}

const wrongMethod = (): S3Failure =>
  new S3Failure(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
