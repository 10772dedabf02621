import type { Account, World } from "../../../world.ts";
import type { Spooled } from "../../http/service.ts";
import type { Bucket, Jurisdiction } from "../buckets.ts";
import type { Grant } from "./credentials/grant.ts";

/** A request that was signed by somebody who may make it. */
export interface S3Request {
  readonly method: string;
  readonly account: Account;
  readonly jurisdiction: Jurisdiction;
  /** Decoded. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  /** What temporary credentials allow. Undefined for a token's own, which may do what the token may. */
  readonly grant: Grant | undefined;
  readonly world: World;
}

export interface BucketRequest extends S3Request {
  readonly bucket: Bucket;
}

export interface ObjectRequest extends BucketRequest {
  readonly key: string;
}

export interface S3Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A large one piece by piece, of the length that the headers say. */
  readonly body: string | AsyncIterable<Uint8Array>;
}

/** Read when it is first asked for: whoever may not do this is refused before. */
export interface RequestBody {
  /** A document, which is small. */
  readonly text: () => Promise<string>;
  /** In a file. Delete it by its `close`. */
  readonly spooled: () => Promise<Spooled>;
}

export const xmlReply = (body: string): S3Reply => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body,
});

export const empty = (status: number, headers: Readonly<Record<string, string>> = {}): S3Reply => ({
  status,
  headers,
  body: "",
});

export const quoted = (etag: string): string => `"${etag}"`;
