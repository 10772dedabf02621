import { createHash } from "node:crypto";
import type { S3 } from "../../cloudflare/s3/s3.ts";
import type { Account } from "../account.ts";
import { carried, sameMetadata } from "./headers.ts";
import { type BucketPlace, listObjects } from "./list.ts";
import { type ListedObject, md5Of, type ObjectEntry } from "./object.ts";
import { putObject } from "./put.ts";
import { ObjectChanged, objectBytes } from "./read.ts";

/** What a bucket should hold. */
export interface Inventory {
  /** The same each time, in the same order. */
  readonly objects: () => AsyncIterable<ObjectEntry>;
  readonly bytesOf: (entry: ObjectEntry) => AsyncIterable<Uint8Array>;
}

const atOnce = 4;
/** Beyond so many, a person reads no more of them. */
const mostDifferences = 20;

/** Puts an inventory into a bucket. A name that is there stays as it is: an earlier run put it there, or somebody wrote it since. */
export async function putObjects(
  account: Account,
  s3: S3,
  bucket: BucketPlace,
  { objects, bytesOf }: Inventory,
): Promise<void> {
  const there = await byKey(account, bucket);
  await each(objects(), async (entry) => {
    if (!there.has(entry.key)) await putObject(s3, bucket, entry, () => bytesOf(entry));
  });
}

/** What a bucket has otherwise than it should, a sentence each: names, sizes, etags, metadata, and every byte. */
export async function bucketDifferences(
  account: Account,
  s3: S3,
  bucket: BucketPlace,
  { objects, bytesOf }: Inventory,
): Promise<readonly string[]> {
  const found: string[] = [];
  const there = await byKey(account, bucket);
  await each(objects(), async (entry) => {
    const is = there.get(entry.key);
    there.delete(entry.key);
    if (found.length >= mostDifferences) return;
    const name = `object ${JSON.stringify(entry.key)}`;
    if (is === undefined) found.push(`${name} is missing`);
    else {
      const said = otherwise(entry, is) ?? (await otherBytes(s3, bucket, entry, is, bytesOf));
      if (said !== undefined) found.push(`${name} ${said}`);
    }
  });
  for (const key of there.keys()) found.push(`object ${JSON.stringify(key)} is too much`);
  return found.slice(0, mostDifferences);
}

/** What comes back otherwise because S3 cannot carry it: it is in the backup all the same. */
export async function cannotPut(objects: AsyncIterable<ObjectEntry>): Promise<readonly string[]> {
  const names = new Set<string>();
  let count = 0;
  for await (const entry of objects) {
    const { lost } = carried(entry);
    if (lost.length > 0) count++;
    for (const name of lost) names.add(name);
  }
  if (count === 0) return [];
  const some = [...names].slice(0, 5).join(", ");
  return [
    `${count} ${count === 1 ? "object has" : "objects have"} metadata that S3 cannot write as they are (${some}): names in capitals come back in small letters, what is beyond ASCII does not`,
  ];
}

async function byKey(account: Account, bucket: BucketPlace): Promise<Map<string, ListedObject>> {
  const there = new Map<string, ListedObject>();
  for await (const page of listObjects(account, bucket)) for (const one of page) there.set(one.key, one);
  return there;
}

/** Where its inventory alone says that it is another. What was uploaded in parts has an etag of these parts. */
function otherwise(entry: ObjectEntry, is: ListedObject): string | undefined {
  if (is.size !== entry.size) return `has ${is.size} bytes, not ${entry.size}`;
  const md5 = md5Of(entry);
  if (md5 !== undefined && is.etag !== md5) return `has the etag ${is.etag}, not ${md5}`;
  return sameMetadata(entry, is) ? undefined : "has other metadata";
}

async function otherBytes(
  s3: S3,
  bucket: BucketPlace,
  entry: ObjectEntry,
  is: ListedObject,
  bytesOf: Inventory["bytesOf"],
): Promise<string | undefined> {
  try {
    const [should, has] = await Promise.all([sha256(bytesOf(entry)), sha256(objectBytes(s3, bucket, is))]);
    return should === has ? undefined : "has other bytes";
  } catch (error) {
    if (error instanceof ObjectChanged) return "was written to while it was compared";
    throw error;
  }
}

async function sha256(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of bytes) hash.update(part);
  return hash.digest("hex");
}

/** Some at once, in no order. */
async function each<T>(all: AsyncIterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  for await (const one of all) {
    const run: Promise<void> = work(one)
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => running.delete(run));
    running.add(run);
    if (running.size >= atOnce) await Promise.race(running);
    if (failed !== undefined) break;
  }
  await Promise.all(running);
  if (failed !== undefined) throw failed.error;
}
