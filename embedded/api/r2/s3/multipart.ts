import { element, elements } from "../../../../src/cloudflare/s3/read-xml.ts";
import { refuseLocked } from "../locks.ts";
import { findUpload, type Upload, unfinishedUploads, uploadKind } from "../uploads.ts";
import { invalidArgument, noSuchUpload, S3Failure } from "./failure.ts";
import { metadataOf } from "./metadata.ts";
import { fromSource } from "./objects.ts";
import {
  type BucketRequest,
  empty,
  type ObjectRequest,
  quoted,
  type S3Reply,
  xmlReply,
} from "./operation.ts";
import { xmlDocument } from "./xml.ts";

export async function createUpload({
  world,
  account,
  bucket,
  key,
  headers,
}: ObjectRequest): Promise<S3Reply> {
  const id = await world.stores.r2.createUpload(bucket.id, key, metadataOf(headers));
  const body: Upload = { bucketId: bucket.id, key, initiated: new Date().toISOString(), parts: {} };
  world.state.insert(account.id, uploadKind, id, id, body);
  return xmlReply(
    xmlDocument("InitiateMultipartUploadResult", { Bucket: bucket.name, Key: key, UploadId: id }),
  );
}

const uploadId = ({ query }: ObjectRequest): string => query.get("uploadId") ?? "";

function uploadOf(request: ObjectRequest): Upload {
  const upload = findUpload(request.world.state, request.account.id, uploadId(request));
  if (upload?.bucketId !== request.bucket.id || upload.key !== request.key) throw noSuchUpload();
  return upload;
}

function partNumber({ query }: ObjectRequest): number {
  const number = Number(query.get("partNumber"));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive");
}

async function keepPart(request: ObjectRequest, body: Blob): Promise<string> {
  const { world, account, bucket, key } = request;
  const number = partNumber(request);
  const id = uploadId(request);
  const etag = await world.stores.r2.uploadPart(bucket.id, key, id, { number, body });
  // Read again: other parts may have come in meanwhile.
  const upload = uploadOf(request);
  const part = { etag, sizeBytes: body.size, uploaded: new Date().toISOString() };
  world.state.update(account.id, uploadKind, id, id, {
    ...upload,
    parts: { ...upload.parts, [number]: part },
  });
  return etag;
}

export async function uploadPart(request: ObjectRequest): Promise<S3Reply> {
  uploadOf(request);
  const { blob, close } = await request.body.spooled();
  const etag = await keepPart(request, blob).finally(close);
  return empty(200, { etag: quoted(etag) });
}

export function uploadPartCopy(request: ObjectRequest): Promise<S3Reply> {
  uploadOf(request);
  return fromSource(request, async ({ blob }) => {
    const etag = await keepPart(request, blob);
    return xmlReply(
      xmlDocument("CopyPartResult", { LastModified: new Date().toISOString(), ETag: quoted(etag) }),
    );
  });
}

export async function completeUpload(request: ObjectRequest): Promise<S3Reply> {
  const { world, account, bucket, key, body } = request;
  uploadOf(request);
  await refuseLocked(world, bucket, [key]);
  const parts = elements(await body.text(), "Part").map((each) => ({
    part: Number(element(each, "PartNumber")),
    etag: (element(each, "ETag") ?? "").replaceAll('"', ""),
  }));
  if (parts.length === 0 || parts.some(({ part, etag }) => !Number.isInteger(part) || etag === ""))
    throw new S3Failure(
      400,
      "MalformedXML",
      "The XML you provided was not well formed or did not validate against our published schema",
    );
  if (parts.some(({ part }, index) => index > 0 && part <= (parts[index - 1]?.part ?? 0)))
    throw new S3Failure(
      400,
      "InvalidPartOrder",
      "The list of parts was not in ascending order. Parts must be ordered by part number.",
    );
  const object = await world.stores.r2.completeUpload(bucket.id, key, uploadId(request), parts);
  world.state.remove(account.id, uploadKind, uploadId(request));
  return xmlReply(
    xmlDocument("CompleteMultipartUploadResult", {
      Location: `/${bucket.name}/${key}`,
      Bucket: bucket.name,
      Key: key,
      ETag: quoted(object.etag),
    }),
  );
}

export async function abortUpload(request: ObjectRequest): Promise<S3Reply> {
  const { world, account, bucket, key } = request;
  uploadOf(request);
  await world.stores.r2.abortUpload(bucket.id, key, uploadId(request));
  world.state.remove(account.id, uploadKind, uploadId(request));
  return empty(204);
}

export function listParts(request: ObjectRequest): S3Reply {
  const { bucket, key, query } = request;
  const after = Number(query.get("part-number-marker") ?? 0);
  const limit = Math.min(Number(query.get("max-parts") ?? 1_000) || 1_000, 1_000);
  const all = Object.entries(uploadOf(request).parts)
    .map(([number, part]) => ({ number: Number(number), ...part }))
    .filter(({ number }) => number > after)
    .sort((a, b) => a.number - b.number);
  const shown = all.slice(0, limit);
  return xmlReply(
    xmlDocument("ListPartsResult", {
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId(request),
      PartNumberMarker: after,
      MaxParts: limit,
      IsTruncated: all.length > shown.length,
      ...(all.length > shown.length && { NextPartNumberMarker: shown.at(-1)?.number ?? after }),
      Part: shown.map(({ number, etag, sizeBytes, uploaded }) => ({
        PartNumber: number,
        LastModified: uploaded,
        ETag: quoted(etag),
        Size: sizeBytes,
      })),
    }),
  );
}

/** At most a thousand, in the order of their keys. */
export function listUploads({ world, account, bucket, query }: BucketRequest): S3Reply {
  const prefix = query.get("prefix") ?? "";
  const uploads = unfinishedUploads(world.state, account.id)
    .filter(({ bucketId, key }) => bucketId === bucket.id && key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return xmlReply(
    xmlDocument("ListMultipartUploadsResult", {
      Bucket: bucket.name,
      Prefix: prefix,
      MaxUploads: 1_000,
      IsTruncated: uploads.length > 1_000,
      Upload: uploads
        .slice(0, 1_000)
        .map(({ id, key, initiated }) => ({ Key: key, UploadId: id, Initiated: initiated })),
    }),
  );
}
