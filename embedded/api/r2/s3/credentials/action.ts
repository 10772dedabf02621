import { invalidArgument, notImplemented, S3Failure } from "../failure.ts";

/** What S3 calls what can be done, as R2's temporary credentials name it. */
export type Action = AccountAction | BucketAction | ObjectAction;
export type AccountAction = "ListBuckets";
export type BucketAction =
  | "CreateBucket"
  | "DeleteBucket"
  | "HeadBucket"
  | "GetBucketLocation"
  | "ListObjectsV1"
  | "ListObjectsV2"
  | "ListMultipartUploads"
  | "DeleteObjects";
export type ObjectAction =
  | "HeadObject"
  | "GetObject"
  | "ListParts"
  | "PutObject"
  | "CopyObject"
  | "DeleteObject"
  | "CreateMultipartUpload"
  | "UploadPart"
  | "UploadPartCopy"
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload";

/** The part of a request that says what it asks for. */
export interface Asked {
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
}

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

/** A part that this endpoint does not have is refused, whatever is done to it. */
export function refuseSubresources({ method, query }: Asked): void {
  const unknown = subresources.find((each) => query.has(each));
  if (unknown !== undefined) throw notImplemented(`${method} ${unknown}`);
}

export function accountAction({ method }: Asked): AccountAction {
  if (method === "GET") return "ListBuckets";
  throw wrongMethod();
}

export function bucketAction({ method, query }: Asked): BucketAction {
  switch (method) {
    case "PUT":
      return "CreateBucket";
    case "HEAD":
      return "HeadBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      if (query.has("delete")) return "DeleteObjects";
      throw notImplemented("PostObject");
    case "GET":
      if (query.has("location")) return "GetBucketLocation";
      if (query.has("uploads")) return "ListMultipartUploads";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjectsV1";
    default:
      throw wrongMethod();
  }
}

export function objectAction({ method, query, headers }: Asked): ObjectAction {
  const copies = headers["x-amz-copy-source"] !== undefined;
  switch (method) {
    case "GET":
      return query.has("uploadId") ? "ListParts" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      if (query.has("uploadId")) return copies ? "UploadPartCopy" : "UploadPart";
      return copies ? "CopyObject" : "PutObject";
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      if (query.has("uploadId")) return "CompleteMultipartUpload";
      throw invalidArgument("POST needs uploads or uploadId");
    case "DELETE":
      return query.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
    default:
      throw wrongMethod();
  }
}

const wrongMethod = (): S3Failure =>
  new S3Failure(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
