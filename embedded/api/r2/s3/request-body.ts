import type { IncomingMessage } from "node:http";
import { Disconnected } from "../../http/body.ts";
import { spool } from "../../http/spool.ts";
import { checkedBody } from "./body.ts";
import type { Signed } from "./credentials/signature.ts";
import { S3Failure } from "./failure.ts";
import type { RequestBody } from "./operation.ts";

/** R2's limit of what is put at once; more is uploaded in parts. */
const maximumBytes = 5_363_466_240;
/** A thousand keys to delete, or ten thousand parts, with all that XML says around them. */
const maximumDocumentBytes = 16 * 1024 * 1024;

/** The body of a request that was signed, checked as it is read. */
export function bodyOf(
  request: IncomingMessage,
  {
    signed,
    headers,
    folder,
  }: {
    readonly signed: Signed;
    readonly headers: Readonly<Record<string, string>>;
    readonly folder: string;
  },
): RequestBody {
  const pieces = (limit: number): AsyncIterable<Buffer> => {
    const announced = Number(headers["x-amz-decoded-content-length"] ?? headers["content-length"] ?? 0);
    if (announced > limit) throw tooLarge(limit);
    return limited(checkedBody(received(request), signed, headers), limit);
  };
  return {
    text: async () => {
      const all: Buffer[] = [];
      for await (const piece of pieces(maximumDocumentBytes)) all.push(piece);
      return Buffer.concat(all).toString("utf8");
    },
    spooled: () => spool(pieces(maximumBytes), folder),
  };
}

/** The connection stays open for who sent too much, and is to hear so. */
async function* received(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) yield piece;
  } catch {
    throw new Disconnected();
  }
}

async function* limited(pieces: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limit) throw tooLarge(limit);
    yield piece;
  }
}

const tooLarge = (limit: number): S3Failure =>
  new S3Failure(
    400,
    "EntityTooLarge",
    `Your proposed upload exceeds the maximum allowed size of ${limit} bytes. Upload the object in parts.`,
  );
