import type { R2ObjectInfo } from "../../../runtime/stores.ts";
import { encodedPath } from "./encoding.ts";
import { invalidArgument } from "./failure.ts";
import { type BucketRequest, quoted, type S3Reply, xmlReply } from "./operation.ts";
import { type Xml, xmlDocument } from "./xml.ts";

const mostKeys = 1_000;

interface Page {
  readonly objects: readonly R2ObjectInfo[];
  readonly prefixes: readonly string[];
  /** The last key or prefix, where more follow. */
  readonly next: string | undefined;
}

/** Sorts after every key that begins with the prefix. */
const lastOf = (prefix: string): string => `${prefix}\u{10ffff}`;

async function page(request: BucketRequest, after: string, limit: number): Promise<Page> {
  const { world, bucket, query } = request;
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const objects: R2ObjectInfo[] = [];
  const prefixes = new Set<string>();
  let cursor: string | undefined;
  // A page that ended with a prefix goes on behind all that is under it.
  const startAfter = delimiter !== "" && after.endsWith(delimiter) ? lastOf(after) : after;
  do {
    const found = await world.stores.r2.list(bucket.id, {
      ...(prefix !== "" && { prefix }),
      ...(delimiter !== "" && { delimiter }),
      ...(startAfter !== "" && { startAfter }),
      ...(cursor !== undefined && { cursor }),
      limit: Math.min(limit - objects.length - prefixes.size, 100),
    });
    objects.push(...found.objects);
    for (const each of found.prefixes) prefixes.add(each);
    cursor = found.cursor;
  } while (cursor !== undefined && objects.length + prefixes.size < limit);
  const last = [objects.at(-1)?.key ?? "", [...prefixes].at(-1) ?? ""].sort(byBytes).at(-1);
  return { objects, prefixes: [...prefixes], next: cursor === undefined ? undefined : last };
}

/** The order of keys in a bucket. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

function limitOf({ query }: BucketRequest): number {
  const text = query.get("max-keys");
  const limit = text === undefined ? mostKeys : Number(text);
  if (!Number.isInteger(limit) || limit < 0)
    throw invalidArgument("max-keys must be a whole number from 0 on");
  return Math.min(limit, mostKeys);
}

/** What both versions of the listing have in common. */
function shared(
  request: BucketRequest,
  { objects, prefixes, next }: Page,
  limit: number,
): { readonly [name: string]: Xml | undefined } {
  const { bucket, query } = request;
  const text = textFor(query);
  const delimiter = query.get("delimiter");
  return {
    Name: bucket.name,
    Prefix: text(query.get("prefix") ?? ""),
    ...(delimiter && { Delimiter: text(delimiter) }),
    MaxKeys: limit,
    ...(query.get("encoding-type") === "url" && { EncodingType: "url" }),
    IsTruncated: next !== undefined,
    Contents: objects.map(({ key, uploadedMs, etag, sizeBytes }) => ({
      Key: text(key),
      LastModified: new Date(uploadedMs).toISOString(),
      ETag: quoted(etag),
      Size: sizeBytes,
      StorageClass: bucket.body.storageClass === "Standard" ? "STANDARD" : "STANDARD_IA",
    })),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: text(prefix) })),
  };
}

/** Keys may hold what XML cannot; a client that knows asks for them encoded. */
const textFor = (query: ReadonlyMap<string, string>): ((text: string) => string) =>
  query.get("encoding-type") === "url" ? encodedPath : (text) => text;

export async function listObjects(request: BucketRequest): Promise<S3Reply> {
  const limit = limitOf(request);
  const marker = request.query.get("marker") ?? "";
  const found = limit === 0 ? nothing : await page(request, marker, limit);
  const text = textFor(request.query);
  return xmlReply(
    xmlDocument("ListBucketResult", {
      ...shared(request, found, limit),
      Marker: text(marker),
      // S3 leaves it out without a delimiter: the last key says the same.
      ...(found.next !== undefined && request.query.get("delimiter") && { NextMarker: text(found.next) }),
    }),
  );
}

export async function listObjectsV2(request: BucketRequest): Promise<S3Reply> {
  const limit = limitOf(request);
  const { query } = request;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const after = token === undefined ? (startAfter ?? "") : Buffer.from(token, "base64url").toString("utf8");
  const found = limit === 0 ? nothing : await page(request, after, limit);
  return xmlReply(
    xmlDocument("ListBucketResult", {
      ...shared(request, found, limit),
      KeyCount: found.objects.length + found.prefixes.length,
      ...(startAfter !== undefined && { StartAfter: textFor(query)(startAfter) }),
      ...(token !== undefined && { ContinuationToken: token }),
      ...(found.next !== undefined && {
        NextContinuationToken: Buffer.from(found.next).toString("base64url"),
      }),
    }),
  );
}

const nothing: Page = { objects: [], prefixes: [], next: undefined };
