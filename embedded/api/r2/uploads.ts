import { z } from "zod";
import type { State } from "../../state.ts";

/** Kind of an upload under way that an S3 client began: R2's own objects know them, and can list neither them nor their parts. */
export const uploadKind = "r2_s3_upload";

const schema = z.object({
  bucketId: z.string(),
  key: z.string(),
  initiated: z.string(),
  parts: z.record(z.string(), z.object({ etag: z.string(), sizeBytes: z.number(), uploaded: z.string() })),
});
export type Upload = z.infer<typeof schema>;

export function findUpload(state: State, account: string, id: string): Upload | undefined {
  const stored = state.get(account, uploadKind, id);
  return stored === undefined ? undefined : schema.parse(stored.body);
}

export const unfinishedUploads = (
  state: State,
  account: string,
): readonly (Upload & { readonly id: string })[] =>
  state.list(account, uploadKind).map(({ id, body }) => ({ id, ...schema.parse(body) }));
