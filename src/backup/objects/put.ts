import { createHash } from "node:crypto";
import { ask, BucketError } from "../../cloudflare/s3/bucket.ts";
import { type S3, textOf } from "../../cloudflare/s3/s3.ts";
import { mostAtOnce, type Part, partBytesOf, putInParts } from "../../cloudflare/s3/upload.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { putHeaders } from "./headers.ts";
import type { BucketPlace } from "./list.ts";
import { md5Of, type ObjectEntry } from "./object.ts";

/** What has an MD5 as its etag came in one piece. */
const leastPart = 16 * 1024 * 1024;

/** Puts an object into a bucket, as it was. `bytes` gives them from their beginning each time. */
export async function putObject(
  s3: S3,
  bucket: BucketPlace,
  entry: ObjectEntry,
  bytes: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const headers = putHeaders(entry);
  const into = { s3, name: bucket.name, jurisdiction: bucket.jurisdiction };
  const md5 = md5Of(entry);
  try {
    // In parts its etag would be another: somebody may have kept the one that it had.
    if ((md5 !== undefined || entry.size <= leastPart) && entry.size <= mostAtOnce) {
      const sum = md5 === undefined ? {} : { "content-md5": Buffer.from(md5, "hex").toString("base64") };
      const asked = { method: "PUT", key: entry.key, headers: { ...headers, ...sum } } as const;
      await textOf(await ask(into, asked, () => ({ bytes: entry.size, parts: bytes() })));
    } else {
      await putInParts(into, entry.key, headers, pieces(bytes(), partBytesOf(entry.size, leastPart)));
    }
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    throw refused(bucket.name, error);
  }
}

/** Pieces of one length, the last one shorter. */
async function* pieces(bytes: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Part> {
  let open: Uint8Array[] = [];
  let size = 0;
  for await (let part of bytes) {
    while (size + part.length >= length) {
      const head = part.subarray(0, length - size);
      yield partOf(Buffer.concat([...open, head]));
      part = part.subarray(head.length);
      open = [];
      size = 0;
    }
    open.push(part);
    size += part.length;
  }
  if (size > 0) yield partOf(Buffer.concat(open));
}

const partOf = (bytes: Buffer): Part => ({
  bytes: bytes.length,
  md5: createHash("md5").update(bytes).digest("hex"),
  open: async function* () {
    yield bytes;
  },
});

const refused = (bucket: string, { status, code, message }: BucketError): UserError =>
  new UserError({
    what: "An object cannot be put into the restored bucket; what serves is as it was",
    where: `bucket ${bucket}`,
    got: status === 0 ? message : `HTTP ${status} ${code}: ${message}`,
    expected: "the object taken",
    fix: "give the API token the permission Workers R2 Storage Edit, or type the same again: it goes on where it ended",
  });
