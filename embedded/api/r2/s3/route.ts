import { findBucket } from "../buckets.ts";
import { bucketList, bucketLocation, createBucket, deleteBucket, headBucket } from "./bucket-operations.ts";
import {
  accountAction,
  type BucketAction,
  bucketAction,
  type ObjectAction,
  objectAction,
  refuseSubresources,
} from "./credentials/action.ts";
import { requireAction, requireKey, requirePrefix } from "./credentials/grant.ts";
import { S3Failure } from "./failure.ts";
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

type OnBucket = (request: BucketRequest) => S3Reply | Promise<S3Reply>;
type OnObject = (request: ObjectRequest) => S3Reply | Promise<S3Reply>;

const onBucket: Readonly<Record<Exclude<BucketAction, "CreateBucket">, OnBucket>> = {
  DeleteBucket: deleteBucket,
  HeadBucket: headBucket,
  GetBucketLocation: bucketLocation,
  ListObjectsV1: listed(listObjects),
  ListObjectsV2: listed(listObjectsV2),
  ListMultipartUploads: listed(listUploads),
  DeleteObjects: deleteObjects,
};

const onObject: Readonly<Record<ObjectAction, OnObject>> = {
  HeadObject: getObject,
  GetObject: getObject,
  ListParts: listParts,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  AbortMultipartUpload: abortUpload,
  CompleteMultipartUpload: completeUpload,
};

function listed(list: OnBucket): OnBucket {
  return (request) => {
    requirePrefix(request.grant, request.query.get("prefix") ?? "");
    return list(request);
  };
}

const longestKeyBytes = 1_024;

/** Which operation of S3 a request is, carried out. */
export async function operate(request: S3Request, name: string, key: string): Promise<S3Reply> {
  const { world, account, jurisdiction, grant } = request;
  refuseSubresources(request);
  if (name === "") {
    requireAction(grant, accountAction(request), name);
    return bucketList(request);
  }
  const action = key === "" ? bucketAction(request) : objectAction(request);
  requireAction(grant, action, name);
  if (action === "CreateBucket") return createBucket(request, name);
  const bucket = findBucket(world.state, account.id, name, jurisdiction);
  if (bucket === undefined) throw new S3Failure(404, "NoSuchBucket", "The specified bucket does not exist.");
  if (isOfObject(action)) {
    if (Buffer.byteLength(key) > longestKeyBytes)
      throw new S3Failure(400, "KeyTooLongError", "Your key is too long.");
    requireKey(grant, key);
    return onObject[action]({ ...request, bucket, key });
  }
  return onBucket[action]({ ...request, bucket });
}

const isOfObject = (action: BucketAction | ObjectAction): action is ObjectAction => action in onObject;
