import { ApiError } from "./service.ts";

/** The largest Workers have some thousand modules. Of more, reading them would keep everybody else waiting. */
const maximumParts = 10_000;

/** Counts the parts of a multipart body before any is read. */
export function requireFewParts(body: Uint8Array, contentType: string): void {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = Buffer.from(`--${boundary}`);
  let parts = 0;
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
    parts += 1;
    if (parts > maximumParts)
      throw new ApiError(400, 10001, `The multipart body has more than ${maximumParts} parts`);
  }
}
