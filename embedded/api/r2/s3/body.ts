import { openChecksums, requireMatches } from "./checksums.ts";
import { chunkBytes } from "./chunked.ts";
import { type Signed, sha256Hash } from "./credentials/signature.ts";
import { incomplete, S3Failure } from "./failure.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * A body as the client meant it, piece by piece, checked against everything that it says about it: hash, chunk signatures,
 * checksums. What is wrong shows at the latest behind the last piece: until then nothing may be made of it.
 */
export async function* checkedBody(
  source: AsyncIterable<Buffer>,
  signed: Signed,
  headers: Headers,
): AsyncGenerator<Buffer> {
  const { payload } = signed;
  const streamed = payload.startsWith("STREAMING-");
  const whole = streamed || payload === "UNSIGNED-PAYLOAD" ? undefined : sha256Hash();
  const checksums = openChecksums(headers, streamed);
  const trailers: Record<string, string> = {};
  let bytes = 0;
  for await (const piece of streamed ? chunkBytes(source, signed, trailers) : source) {
    bytes += piece.length;
    whole?.update(piece);
    for (const { update } of checksums) update(piece);
    yield piece;
  }
  const length = headers["x-amz-decoded-content-length"];
  if (streamed && length !== undefined && Number(length) !== bytes) throw incomplete();
  if (whole !== undefined && whole.digest("hex") !== payload)
    throw new S3Failure(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  requireMatches(checksums, { ...headers, ...trailers });
}
