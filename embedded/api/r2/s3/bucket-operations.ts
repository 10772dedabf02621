import { element } from "../../../../src/cloudflare/s3/read-xml.ts";
import { listBuckets, makeBucket, removeBucket } from "../buckets.ts";
import { type BucketRequest, empty, type S3Reply, type S3Request, xmlReply } from "./operation.ts";
import { xmlDocument } from "./xml.ts";

export const bucketList = ({ world, account, jurisdiction }: S3Request): S3Reply =>
  xmlReply(
    xmlDocument("ListAllMyBucketsResult", {
      Owner: { ID: account.id, DisplayName: account.id },
      Buckets: {
        Bucket: listBuckets(world.state, account.id, jurisdiction).map(({ name, body }) => ({
          Name: name,
          CreationDate: body.creationDate,
        })),
      },
    }),
  );

export async function createBucket(
  { world, account, jurisdiction, body }: S3Request,
  name: string,
): Promise<S3Reply> {
  const wanted = element(await body.text(), "LocationConstraint");
  const locationHint = wanted === undefined || ["auto", "us-east-1"].includes(wanted) ? undefined : wanted;
  makeBucket(world, account.id, name, { jurisdiction, locationHint });
  return empty(200, { location: `/${name}` });
}

export async function deleteBucket({ world, account, bucket }: BucketRequest): Promise<S3Reply> {
  await removeBucket(world, account.id, bucket);
  return empty(204);
}

export const headBucket = ({ bucket }: BucketRequest): S3Reply =>
  empty(200, { "x-amz-bucket-region": bucket.body.location.toLowerCase() });

export const bucketLocation = ({ bucket }: BucketRequest): S3Reply =>
  xmlReply(xmlDocument("LocationConstraint", bucket.body.location.toLowerCase()));
