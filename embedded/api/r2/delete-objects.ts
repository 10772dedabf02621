import { z } from "zod";
import type { World } from "../../world.ts";
import { parseJson } from "../http/request.ts";
import { type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type Bucket, bucketOf, invalid } from "./buckets.ts";
import { refuseLocked } from "./locks.ts";
import { refused } from "./refused.ts";

const mostKeys = 1_000;
const keysSchema = z.array(z.string().min(1)).min(1).max(mostKeys);

/**
 * Deletes many objects: those that a JSON array in the body names, or those whose keys begin with `prefix`, all where it is
 * empty. Cloudflare's reference does not have this call; its dashboard and other tools use it to empty buckets.
 */
async function deleteObjects(request: ApiRequest, world: World): Promise<Reply> {
  const bucket = bucketOf(request, world);
  const prefix = request.url.searchParams.get("prefix");
  const body = Buffer.from(await request.bytes()).toString("utf8");
  if (body !== "" && prefix !== null) throw invalid("either keys in the body or a prefix, not both");
  if (body !== "") {
    const keys = parseJson(keysSchema, body);
    await remove(world, bucket, keys);
    return ok(keys.map((key) => ({ key })));
  }
  if (prefix === null)
    throw invalid("a JSON array of keys in the body, or ?prefix= for what is to be deleted, is missing");
  await removeAll(world, bucket, prefix);
  return ok({});
}

/** Nothing is deleted when one of them is locked. */
const remove = (world: World, bucket: Bucket, keys: readonly string[]): Promise<void> =>
  refused(async () => {
    await refuseLocked(world, bucket, keys);
    for (const key of keys) await world.stores.r2.delete(bucket.id, key);
  });

/** From the beginning again after each page: what was deleted is in no list any more. */
async function removeAll(world: World, bucket: Bucket, prefix: string): Promise<void> {
  for (;;) {
    const page = await refused(() => world.stores.r2.list(bucket.id, { prefix, limit: mostKeys }));
    if (page.objects.length === 0) return;
    await remove(
      world,
      bucket,
      page.objects.map(({ key }) => key),
    );
  }
}

export const bulkRoutes: readonly Route[] = [
  {
    method: "DELETE",
    path: "/accounts/:account/r2/buckets/:bucket/objects",
    permission: "Workers R2 Storage Bucket Item:Edit",
    handle: deleteObjects,
  },
];
