import { element } from "../../cloudflare/s3/read-xml.ts";
import { refusalOf, type S3, type S3Answer, type S3Request, sendS3, textOf } from "../../cloudflare/s3/s3.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { putHeaders } from "./headers.ts";
import type { BucketPlace } from "./list.ts";
import { md5Of, type ObjectEntry } from "./object.ts";

/** S3 takes so much in one piece; what has an MD5 as its etag came in one. */
const mostAtOnce = 5_000_000_000;
const leastPart = 16 * 1024 * 1024;
const mostParts = 9_000;

/** Puts an object into a bucket, as it was. `bytes` gives them from their beginning each time. */
export async function putObject(
  s3: S3,
  bucket: BucketPlace,
  entry: ObjectEntry,
  bytes: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const headers = putHeaders(entry);
  const at = { bucket: bucket.name, jurisdiction: bucket.jurisdiction, key: entry.key };
  const md5 = md5Of(entry);
  // In parts its etag would be another: somebody may have kept the one that it had.
  if ((md5 !== undefined || entry.size <= leastPart) && entry.size <= mostAtOnce) {
    const sum = md5 === undefined ? {} : { "content-md5": Buffer.from(md5, "hex").toString("base64") };
    await done(s3, {
      ...at,
      method: "PUT",
      headers: { ...headers, ...sum },
      body: { bytes: entry.size, parts: bytes() },
    });
    return;
  }
  await inParts(s3, at, headers, entry.size, bytes());
}

async function inParts(
  s3: S3,
  at: Pick<S3Request, "bucket" | "jurisdiction" | "key">,
  headers: Readonly<Record<string, string>>,
  size: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const begun = await done(s3, { ...at, method: "POST", query: { uploads: "" }, headers });
  const uploadId = element(begun, "UploadId");
  if (uploadId === undefined) throw refused(at.bucket, begun);
  const partBytes = Math.max(leastPart, Math.ceil(size / mostParts));
  const etags: string[] = [];
  try {
    for await (const part of cut(bytes, partBytes)) {
      const query = { partNumber: String(etags.length + 1), uploadId };
      const answer = await answered(s3, { ...at, method: "PUT", query, body: part });
      await textOf(answer);
      etags.push(answer.headers["etag"] ?? "");
    }
    const parts = etags.map(
      (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const xml = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    const said = await done(s3, { ...at, method: "POST", query: { uploadId }, body: Buffer.from(xml) });
    // S3 may say 200 before it knows.
    if (said.includes("<Error>")) throw refused(at.bucket, said);
  } catch (error) {
    await sendS3(s3, { ...at, method: "DELETE", query: { uploadId } }).then(textOf, () => undefined);
    throw error;
  }
}

/** Pieces of one length, the last one shorter. */
async function* cut(bytes: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = [];
  let size = 0;
  for await (let part of bytes) {
    while (size + part.length >= length) {
      const head = part.subarray(0, length - size);
      yield Buffer.concat([...open, head]);
      part = part.subarray(head.length);
      open = [];
      size = 0;
    }
    open.push(part);
    size += part.length;
  }
  if (size > 0) yield Buffer.concat(open);
}

async function answered(s3: S3, request: S3Request): Promise<S3Answer> {
  const answer = await sendS3(s3, request);
  if (answer.status < 300) return answer;
  throw refused(request.bucket, await refusalOf(answer));
}

const done = async (s3: S3, request: S3Request): Promise<string> => textOf(await answered(s3, request));

const refused = (bucket: string, got: string): UserError =>
  new UserError({
    what: "An object cannot be put into the restored bucket; what serves is as it was",
    where: `bucket ${bucket}`,
    got,
    expected: "the object taken",
    fix: "give the API token the permission Workers R2 Storage Edit, or type the same again: it goes on where it ended",
  });
