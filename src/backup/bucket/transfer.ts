import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { BucketError, getObject, type Listed, listObjects, putObject } from "../../cloudflare/s3/bucket.ts";
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

/** Of one request; a larger object would have to be put in parts. */
const mostBytes = 5_000_000_000;

/** Puts a file into the bucket where nothing is. The same bytes may be there already; others are refused, and stay. */
export async function putFile({ bucket, prefix }: There, name: string, path: string): Promise<void> {
  const md5 = createHash("md5");
  let bytes = 0;
  for await (const part of createReadStream(path)) {
    md5.update(part);
    bytes += part.length;
  }
  if (bytes > mostBytes) throw tooLarge(path, bytes);
  const expected = md5.digest("hex");
  const key = `${prefix}${name}`;
  const put = await putObject(bucket, key, { bytes, md5: expected, open: () => createReadStream(path) });
  const etag =
    put.kind === "put" ? put.etag : (await listObjects(bucket, key)).find((each) => each.key === key)?.etag;
  if (etag !== expected) throw otherThere(bucket.name, key, etag, expected);
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

const tooLarge = (path: string, bytes: number): UserError =>
  new UserError({
    what: "A file of the backup is too large for one object",
    where: path,
    got: `${bytes} bytes`,
    expected: `at most ${mostBytes}`,
    fix: "write the backups of this stage into a folder (to), and copy that one",
  });
