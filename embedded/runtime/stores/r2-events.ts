import { z } from "zod";
import type { BucketEvents } from "../stores.ts";

const copySource = z.object({ bucket: z.string(), object: z.string() });
const event = z.object({
  action: z.enum(["PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject"]),
  object: z.object({ key: z.string(), size: z.number().optional(), eTag: z.string().optional() }),
  copySource: copySource.optional(),
  eventTime: z.string(),
});

/** What the gate tells of a bucket, see gate-events.js. */
export const bucketEvents = z
  .object({ bucket: z.string(), events: z.array(event) })
  .transform(({ bucket, events }): BucketEvents => ({ bucketId: bucket, events: events.map(defined) }));

type Parsed = z.infer<typeof event>;

/** Without what is undefined. */
const defined = ({ object: { key, size, eTag }, copySource: copied, ...rest }: Parsed) => ({
  ...rest,
  object: { key, ...(size !== undefined && { size }), ...(eTag !== undefined && { eTag }) },
  ...(copied !== undefined && { copySource: copied }),
});
