import { z } from "zod";

/** An object of a bucket, as it stands in a backup's inventory. */
export const objectEntry = z.object({
  key: z.string(),
  size: z.number(),
  /** Of what was put in one piece: its MD5. Of what was uploaded in parts: no checksum of its bytes, and `-` with their number behind it. */
  etag: z.string(),
  uploaded: z.string(),
  /** By R2's names: `contentType`, `cacheControl` … */
  httpMetadata: z.record(z.string(), z.string()),
  customMetadata: z.record(z.string(), z.string()),
  storageClass: z.string(),
  /** Its bytes in the store of objects beside the backups. */
  id: z.string(),
});
export type ObjectEntry = Readonly<z.infer<typeof objectEntry>>;

/** An object as the API lists it. */
export type ListedObject = Omit<ObjectEntry, "id"> & {
  /** Encrypted with a key that only its owner has. */
  readonly ssec: boolean;
};

/** The MD5 that an etag is; undefined where it was uploaded in parts. */
export const md5Of = ({ etag }: Pick<ObjectEntry, "etag">): string | undefined =>
  /^[0-9a-f]{32}$/.test(etag) ? etag : undefined;

/** Header of S3 → R2's own word for it. */
export const httpHeaders = {
  "content-type": "contentType",
  "content-language": "contentLanguage",
  "content-disposition": "contentDisposition",
  "content-encoding": "contentEncoding",
  "cache-control": "cacheControl",
  expires: "cacheExpiry",
} as const;
