import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BucketError, getObject, type Listed, listObjects, putObject } from "../../cloudflare/s3/bucket.ts";
import { etagOf, mostAtOnce, type Part, partBytesOf, putInParts } from "../../cloudflare/s3/upload.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import type { There } from "./place.ts";

/** Does something with a bucket; what it refuses, and that it does not answer, is said of the bucket. */
export async function inBucket<T>(
  { bucket: { s3, name, jurisdiction } }: There,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw new UserError(
      {
        what,
        where: `bucket ${name} at ${s3.endpoint(jurisdiction)}`,
        got: error.status === 0 ? error.message : `${error.code}: ${error.message} (HTTP ${error.status})`,
        expected: "a bucket that these keys may read and write",
        fix:
          fixes[error.code] ??
          "look whether the network and R2 are well, and run it again: it goes on where it ended",
      },
      { cause: error },
    );
  }
}

const wrongKeys = "take the keys of a token that may read and write objects of this bucket";
const fixes: Readonly<Record<string, string>> = {
  NoSuchBucket: "make the bucket in that account, or name another under lockstep:backup, to",
  AccessDenied: wrongKeys,
  Unauthorized: wrongKeys,
  SignatureDoesNotMatch: wrongKeys,
  RequestTimeTooSkewed: "set this machine's clock",
};

/** What the bucket has below the prefix and `within`, by its name below the prefix. */
export async function listed(
  { bucket, prefix }: There,
  within: string,
): Promise<ReadonlyMap<string, Listed>> {
  const found = await listObjects(bucket, `${prefix}${within}`);
  return new Map(found.map((each) => [each.key.slice(prefix.length), each]));
}

/** How a file is put: tests take small numbers. */
export interface Sizes {
  /** What is larger is put in parts. */
  readonly mostAtOnce: number;
  readonly leastPart: number;
}
const usual: Sizes = { mostAtOnce, leastPart: 64 * 1024 * 1024 };

/** Puts a file into the bucket where nothing is. The same bytes may be there already; others are refused, and stay. */
export async function putFile(
  { bucket, prefix }: There,
  name: string,
  path: string,
  { mostAtOnce: most, leastPart }: Sizes = usual,
): Promise<void> {
  const { size } = statSync(path);
  const key = `${prefix}${name}`;
  const parts = await partsOf(path, size, size <= most ? Math.max(size, 1) : partBytesOf(size, leastPart));
  const [whole] = parts;
  const expected = parts.length === 1 && whole !== undefined ? whole.md5 : etagOf(parts);
  const there = async (): Promise<string | undefined> =>
    (await listObjects(bucket, key)).find((each) => each.key === key)?.etag;
  let etag: string | undefined;
  if (parts.length === 1 && whole !== undefined) {
    const put = await putObject(bucket, key, whole);
    etag = put.kind === "put" ? put.etag : await there();
  } else {
    etag = await there();
    // Nobody can ask R2 to put parts only where nothing is: it is looked right before.
    if (etag === undefined) await putInParts(bucket, key, {}, parts);
    etag ??= await there();
  }
  if (etag !== expected) throw otherThere(bucket.name, key, etag, expected);
}

/** A file in pieces of one length, the last one shorter; an empty one is one piece. */
async function partsOf(path: string, size: number, length: number): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (let start = 0; start < Math.max(size, 1); start += length) {
    const bytes = Math.min(length, size - start);
    const open = (): AsyncIterable<Uint8Array> =>
      bytes === 0 ? Readable.from([]) : createReadStream(path, { start, end: start + bytes - 1 });
    const md5 = createHash("md5");
    for await (const some of open()) md5.update(some);
    parts.push({ bytes, md5: md5.digest("hex"), open });
  }
  return parts;
}

/** Brings an object here, whole or not at all. */
export async function bringFile({ bucket, prefix }: There, name: string, path: string): Promise<void> {
  const found = await getObject(bucket, `${prefix}${name}`);
  if (found === undefined) throw new BucketError(404, "NoSuchKey", `there is no ${prefix}${name}`);
  const draft = `${path}.${process.pid}.part`;
  try {
    await pipeline(found, createWriteStream(draft, { flags: "w", mode: 0o600 }));
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof Error && "code" in error && error.code === "ENOSPC"
      ? error
      : new BucketError(
          0,
          "NoAnswer",
          `${error instanceof Error ? error.message : error} within ${prefix}${name}`,
        );
  }
}

const otherThere = (bucket: string, key: string, got: string | undefined, expected: string): UserError =>
  new UserError({
    what: "Something else is in the bucket under this name; nothing was overwritten",
    where: `bucket ${bucket}, ${key}`,
    got: `MD5 ${got ?? "of nothing"}`,
    expected: `MD5 ${expected}`,
    fix: "look who else writes there; a new backup gets a new name",
  });
