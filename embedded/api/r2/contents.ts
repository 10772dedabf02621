import type { World } from "../../world.ts";

export interface BucketContents {
  readonly objects: number;
  /** Bytes of the objects themselves. */
  readonly payloadSize: number;
  /** Bytes of their keys and of what was said of them. */
  readonly metadataSize: number;
}

/** Counts what is in a bucket now, page by page. */
export async function contentsOf(world: World, bucketId: string): Promise<BucketContents> {
  let [objects, payloadSize, metadataSize] = [0, 0, 0];
  let cursor: string | undefined;
  do {
    const page = await world.stores.r2.list(bucketId, {
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    objects += page.objects.length;
    for (const { key, sizeBytes, httpMetadata, customMetadata } of page.objects) {
      payloadSize += sizeBytes;
      metadataSize += bytesOf({ [key]: "", ...httpMetadata, ...customMetadata });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { objects, payloadSize, metadataSize };
}

const bytesOf = (texts: Readonly<Record<string, string>>): number =>
  Object.entries(texts).reduce(
    (all, [name, text]) => all + Buffer.byteLength(name) + Buffer.byteLength(text),
    0,
  );
