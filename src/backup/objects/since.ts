import type { Account } from "../account.ts";
import { type BucketPlace, listObjects } from "./list.ts";
import { md5Of, type ObjectEntry } from "./object.ts";

/** What a bucket has otherwise than it had: what going back would lose. */
export interface ObjectsSince {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

type Had = Pick<ObjectEntry, "key" | "size" | "etag">;

/** Counts what was put into a bucket since, by its list alone: a thousand objects are one class A operation. */
export async function objectsSince(
  account: Account,
  place: BucketPlace,
  before: AsyncIterable<Had>,
): Promise<ObjectsSince> {
  const had = new Map<string, Had>();
  for await (const { key, size, etag } of before) had.set(key, { key, size, etag });
  let added = 0;
  let changed = 0;
  for await (const page of listObjects(account, place))
    for (const is of page) {
      const was = had.get(is.key);
      had.delete(is.key);
      if (was === undefined) added++;
      else if (isAnother(was, is)) changed++;
    }
  return { added, changed, removed: had.size };
}

/** What was uploaded in parts has no checksum of its bytes, and gets another etag when it is restored. */
function isAnother(was: Had, is: Had): boolean {
  const [before, now] = [md5Of(was), md5Of(is)];
  return was.size !== is.size || (before !== undefined && now !== undefined && before !== now);
}

/** The objects of a bucket as it is. */
export async function* objectsOf(account: Account, place: BucketPlace): AsyncGenerator<Had> {
  for await (const page of listObjects(account, place)) yield* page;
}

/** `shop/files: 3 objects put, 1 with other bytes, 2 deleted`; undefined where it is the same. */
export const objectsSinceText = (
  key: string,
  { added, changed, removed }: ObjectsSince,
): string | undefined =>
  added + changed + removed === 0
    ? undefined
    : `${key}: ${added} ${added === 1 ? "object" : "objects"} put, ${changed} with other bytes, ${removed} deleted`;
