import { R2Error } from "../../../runtime/stores/r2-objects.ts";
import { ApiError } from "../../http/service.ts";

/** A refusal in S3's words. */
export class S3Failure extends Error {
  readonly status: number;
  readonly code: string;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "S3Failure";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const invalidArgument = (message: string): S3Failure => new S3Failure(400, "InvalidArgument", message);
export const noSuchKey = (): S3Failure =>
  new S3Failure(404, "NoSuchKey", "The specified key does not exist.");
export const noSuchUpload = (): S3Failure =>
  new S3Failure(404, "NoSuchUpload", "The specified multipart upload does not exist.");
export const preconditionFailed = (): S3Failure =>
  new S3Failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");
export const notImplemented = (what: string): S3Failure =>
  new S3Failure(501, "NotImplemented", `${what} not implemented`);

export const incomplete = (): S3Failure =>
  new S3Failure(
    400,
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  );

/** R2's own code → S3's name of it. */
const codes: Readonly<Record<number, readonly [status: number, code: string]>> = {
  10001: [400, "InvalidArgument"],
  10004: [409, "BucketAlreadyOwnedByYou"],
  10005: [400, "InvalidBucketName"],
  10006: [404, "NoSuchBucket"],
  10007: [404, "NoSuchKey"],
  10008: [409, "BucketNotEmpty"],
  10011: [400, "EntityTooSmall"],
  10012: [400, "MetadataTooLarge"],
  10020: [400, "InvalidObjectName"],
  10022: [400, "InvalidArgument"],
  10024: [404, "NoSuchUpload"],
  10025: [400, "InvalidPart"],
  10031: [412, "PreconditionFailed"],
  10037: [400, "BadDigest"],
  10039: [416, "InvalidRange"],
  10048: [400, "InvalidPart"],
  10069: [403, "ObjectLockedByBucketPolicy"],
  100100: [400, "EntityTooLarge"],
};

/** What went wrong below as S3 says it; anything that nobody foresaw stays what it is. */
export function asS3Failure(error: unknown): S3Failure | undefined {
  if (error instanceof S3Failure) return error;
  if (!(error instanceof ApiError || error instanceof R2Error)) return undefined;
  const [status, code] = codes[error.code] ?? [error.status, "InternalError"];
  return new S3Failure(status, code, error.message.replace(/ \(\d+\)$/, ""));
}
