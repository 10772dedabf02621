import { createHash } from "node:crypto";
import { ask, type Bucket, BucketError } from "./bucket.ts";
import { element } from "./read-xml.ts";
import { textOf } from "./s3.ts";

/** What one request carries of an object. */
export interface Part {
  readonly bytes: number;
  /** In hex: R2 refuses other bytes. */
  readonly md5: string;
  /** Its bytes, from the first on, as often as they are asked for. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** S3 takes so much of an object in one request. */
export const mostAtOnce = 5_000_000_000;
/** All parts but the last have one length; S3 takes 10,000 of 5 MiB to 5 GiB. */
export const partBytesOf = (size: number, least: number): number => Math.max(least, Math.ceil(size / 9_000));

/**
 * Puts an object in parts. R2 keeps what is under that key already until all of it is there, and drops what was begun where this throws; what a killed run
 * had begun it drops after seven days.
 */
export async function putInParts(
  bucket: Bucket,
  key: string,
  headers: Readonly<Record<string, string>>,
  parts: Iterable<Part> | AsyncIterable<Part>,
): Promise<void> {
  const begun = await textOf(await ask(bucket, { method: "POST", key, query: { uploads: "" }, headers }));
  const uploadId = element(begun, "UploadId");
  if (uploadId === undefined) throw new BucketError(200, "NoUploadId", begun.slice(0, 200));
  try {
    const etags: string[] = [];
    for await (const part of parts) {
      const query = { partNumber: String(etags.length + 1), uploadId };
      const sum = { "content-md5": Buffer.from(part.md5, "hex").toString("base64") };
      const asked = { method: "PUT", key, query, headers: sum } as const;
      const answer = await ask(bucket, asked, () => ({ bytes: part.bytes, parts: part.open() }));
      await textOf(answer);
      etags.push(answer.headers["etag"] ?? "");
    }
    const named = etags.map(
      (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const xml = Buffer.from(`<CompleteMultipartUpload>${named.join("")}</CompleteMultipartUpload>`);
    const said = await textOf(await ask(bucket, { method: "POST", key, query: { uploadId } }, () => xml));
    // S3 may say 200 before it knows.
    if (said.includes("<Error>"))
      throw new BucketError(200, element(said, "Code") ?? "Error", element(said, "Message") ?? said);
  } catch (error) {
    await ask(bucket, { method: "DELETE", key, query: { uploadId } }).then(textOf, () => undefined);
    throw error;
  }
}

/** What R2 gives an object of such parts as its etag: the MD5 of their MD5s, and how many they are. */
export function etagOf(parts: readonly Pick<Part, "md5">[]): string {
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.md5, "hex"));
  return `${md5.digest("hex")}-${parts.length}`;
}
