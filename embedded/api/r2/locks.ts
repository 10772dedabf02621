import { z } from "zod";
import type { World } from "../../world.ts";
import { ApiError } from "../http/service.ts";
import type { Bucket } from "./buckets.ts";

const rule = z.object({
  enabled: z.boolean(),
  prefix: z.string().nullish(),
  condition: z.union([
    z.object({ type: z.literal("Age"), maxAgeSeconds: z.number() }),
    z.object({ type: z.literal("Date"), date: z.string() }),
    z.object({ type: z.literal("Indefinite") }),
  ]),
});
type LockRule = z.infer<typeof rule>;

/** Throws where a lock of the bucket holds one of the objects: it can be neither deleted nor written over. */
export async function refuseLocked(world: World, bucket: Bucket, keys: readonly string[]): Promise<void> {
  const rules = z.array(rule).parse(bucket.body.lock?.rules ?? []);
  for (const key of keys) {
    const matching = rules.filter(({ enabled, prefix }) => enabled && key.startsWith(prefix ?? ""));
    if (matching.length === 0) continue;
    const object = await world.stores.r2.head(bucket.id, key);
    if (object !== undefined && matching.some((each) => holds(each, object.uploadedMs, Date.now())))
      throw new ApiError(403, 10069, `The object ${key} is locked by the bucket's lock rules.`);
  }
}

function holds({ condition }: LockRule, uploadedMs: number, nowMs: number): boolean {
  switch (condition.type) {
    case "Age":
      return nowMs < uploadedMs + condition.maxAgeSeconds * 1_000;
    case "Date":
      return nowMs < Date.parse(condition.date);
    case "Indefinite":
      return true;
    default:
      return condition satisfies never;
  }
}
