import { S3Failure } from "../failure.ts";
import type { Action } from "./action.ts";

/** What temporary credentials allow: actions on one bucket, and there on these keys. */
export interface Grant {
  /** Name of the bucket. */
  readonly bucket: string;
  readonly actions: ReadonlySet<string>;
  /** Beginnings of keys, and whole keys. Undefined where all keys of the bucket are meant. */
  readonly paths: { readonly prefixes: readonly string[]; readonly objects: readonly string[] } | undefined;
}

const read = [
  "HeadBucket",
  "HeadObject",
  "GetObject",
  "GetBucketLocation",
  "ListObjectsV1",
  "ListObjectsV2",
  "ListMultipartUploads",
  "ListParts",
] as const satisfies readonly Action[];
const write = [
  "PutObject",
  "DeleteObject",
  "DeleteObjects",
  "CopyObject",
  "CreateMultipartUpload",
  "UploadPart",
  "UploadPartCopy",
  "AbortMultipartUpload",
  "CompleteMultipartUpload",
] as const satisfies readonly Action[];

/** R2's presets. Only an administrator makes and deletes buckets. */
export const scopes = {
  "object-read-only": read,
  "object-read-write": [...read, ...write],
  "admin-read-only": read,
  "admin-read-write": [...read, ...write, "CreateBucket", "DeleteBucket"],
} as const satisfies Readonly<Record<string, readonly Action[]>>;

export const accessDenied = (): S3Failure => new S3Failure(403, "AccessDenied", "Access Denied");

/** Throws where the credentials do not allow this. Without a grant the token decides alone. */
export function requireAction(grant: Grant | undefined, action: Action, bucket: string): void {
  if (grant !== undefined && (grant.bucket !== bucket || !grant.actions.has(action))) throw accessDenied();
}

export function requireKey(grant: Grant | undefined, key: string): void {
  if (grant?.paths === undefined) return;
  const { prefixes, objects } = grant.paths;
  if (!objects.includes(key) && !prefixes.some((prefix) => key.startsWith(prefix))) throw accessDenied();
}

/** A list shows keys: all that it can show must be allowed. */
export function requirePrefix(grant: Grant | undefined, prefix: string): void {
  if (grant?.paths !== undefined && !grant.paths.prefixes.some((each) => prefix.startsWith(each)))
    throw accessDenied();
}
