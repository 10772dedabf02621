import type { World } from "../../world.ts";
import { type ApiRequest, ok, type Reply, type Route } from "../http/service.ts";
import { type Bucket, jurisdictions, listBuckets } from "./buckets.ts";
import { type BucketContents, contentsOf } from "./contents.ts";
import { unfinishedUploads } from "./uploads.ts";

const sum = (all: readonly BucketContents[]): BucketContents => ({
  objects: all.reduce((total, { objects }) => total + objects, 0),
  payloadSize: all.reduce((total, { payloadSize }) => total + payloadSize, 0),
  metadataSize: all.reduce((total, { metadataSize }) => total + metadataSize, 0),
});

/** Objects that are there (`published`), and uploads in parts that have not ended (`uploaded`), in all of the account's buckets. */
async function metrics({ account }: ApiRequest, world: World): Promise<Reply> {
  const buckets = jurisdictions.flatMap((each) => listBuckets(world.state, account.id, each));
  const uploads = unfinishedUploads(world.state, account.id);
  const of = async (storageClass: Bucket["body"]["storageClass"]) => {
    const ofClass = buckets.filter(({ body }) => body.storageClass === storageClass);
    const published: BucketContents[] = [];
    for (const { id } of ofClass) published.push(await contentsOf(world, id));
    const uploaded = uploads
      .filter(({ bucketId }) => ofClass.some(({ id }) => id === bucketId))
      .map(({ key, parts }) => ({
        objects: 1,
        payloadSize: Object.values(parts).reduce((all, { sizeBytes }) => all + sizeBytes, 0),
        metadataSize: Buffer.byteLength(key),
      }));
    return { published: sum(published), uploaded: sum(uploaded) };
  };
  return ok({ standard: await of("Standard"), infrequentAccess: await of("InfrequentAccess") });
}

export const metricRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/accounts/:account/r2/metrics",
    permission: "Workers R2 Storage:Read",
    handle: metrics,
  },
];
