import { z } from "zod";
import { ApiError, call } from "../../cloudflare/api.ts";
import type { Account } from "../account.ts";
import { type BucketPlace, bucketPath } from "./list.ts";

const found = z.object({
  name: z.string(),
  location: z.string().nullish(),
  storage_class: z.string().nullish(),
});

const headersOf = ({
  jurisdiction,
}: Pick<BucketPlace, "jurisdiction">): Readonly<Record<string, string>> => ({
  "cf-r2-jurisdiction": jurisdiction,
});

/** What a bucket is like; undefined where there is none. */
export async function bucketNamed(
  account: Account,
  place: BucketPlace,
): Promise<{ readonly location: string; readonly storageClass: string } | undefined> {
  try {
    const path = bucketPath(account, place.name);
    const shown = found.parse(await call(account.connection, "GET", path, undefined, headersOf(place)));
    return { location: shown.location ?? "", storageClass: shown.storage_class ?? "Standard" };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** A bucket for a restore: a new one, or the half of an earlier run. */
export async function bucketFor(
  account: Account,
  place: BucketPlace,
  like: { readonly location: string; readonly storageClass: string },
): Promise<void> {
  if ((await bucketNamed(account, place)) !== undefined) return;
  const sent = {
    name: place.name,
    storageClass: like.storageClass,
    // A jurisdiction says itself where it lies.
    ...(place.jurisdiction === "default" &&
      like.location !== "" && { locationHint: like.location.toLowerCase() }),
  };
  await call(account.connection, "POST", `/accounts/${account.accountId}/r2/buckets`, sent, headersOf(place));
}

const names = z.object({ buckets: z.array(z.object({ name: z.string() })) });

/** Buckets whose names begin so. */
export async function bucketsNamed(
  account: Account,
  prefix: string,
  jurisdiction: string,
): Promise<readonly string[]> {
  const path = `/accounts/${account.accountId}/r2/buckets?name_contains=${encodeURIComponent(prefix)}&per_page=1000`;
  const { buckets } = names.parse(
    await call(account.connection, "GET", path, undefined, headersOf({ jurisdiction })),
  );
  return buckets.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}

/** Removes a bucket with all that is in it: on the embedded Cloudflare, which deletes objects by their prefix. */
export async function removeBucketWithObjects(account: Account, place: BucketPlace): Promise<void> {
  const path = bucketPath(account, place.name);
  await call(account.connection, "DELETE", `${path}/objects?prefix=`, undefined, headersOf(place));
  await call(account.connection, "DELETE", path, undefined, headersOf(place));
}
