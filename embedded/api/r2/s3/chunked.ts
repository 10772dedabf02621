import { hmac, type Signed, same, sha256, sha256Hash } from "./credentials/signature.ts";
import { incomplete, invalidArgument, S3Failure } from "./failure.ts";

/** The line before a chunk, and all lines behind the last one. */
const longestLines = 16 * 1024;

/** `<size in hex>[;chunk-signature=…]` and the bytes, a last chunk of size 0, then trailers, which are put into `trailers`. */
export async function* chunkBytes(
  source: AsyncIterable<Buffer>,
  signed: Signed,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer> {
  const isSigned = signed.payload.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  if (!isSigned && signed.payload !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    throw invalidArgument(`x-amz-content-sha256 ${signed.payload} is not supported`);
  const input = reader(source);
  let previous = signed.signature;
  for (;;) {
    const [size = "", ...extensions] = (await input.line()).split(";");
    if (!/^[\da-f]{1,13}$/i.test(size)) throw incomplete();
    const length = Number.parseInt(size, 16);
    const hash = sha256Hash();
    for await (const piece of input.bytes(length)) {
      hash.update(piece);
      yield piece;
    }
    if (isSigned) {
      const given = extensions.find((each) => each.startsWith("chunk-signature="))?.slice(16) ?? "";
      requireSignature(signed, ["PAYLOAD", previous, sha256(""), hash.digest("hex")], given);
      previous = given;
    }
    if (length === 0) break;
    if ((await input.line()) !== "") throw incomplete();
  }
  Object.assign(trailers, trailersOf(await input.rest(), signed, previous));
}

function requireSignature(signed: Signed, [kind = "", ...rest]: readonly string[], given: string): void {
  const text = [`AWS4-HMAC-SHA256-${kind}`, signed.date, signed.scope, ...rest].join("\n");
  if (!same(hmac(signed.signingKey, text).toString("hex"), given))
    throw new S3Failure(
      403,
      "SignatureDoesNotMatch",
      "The signature of a chunk does not match what was computed. Check your secret access key and signing method.",
    );
}

function trailersOf(text: string, signed: Signed, previous: string): Readonly<Record<string, string>> {
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  const all = Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  const { "x-amz-trailer-signature": given, ...trailers } = all;
  if (signed.payload !== "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return trailers;
  const canonical = Object.entries(trailers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join("");
  requireSignature(signed, ["TRAILER", previous, sha256(canonical)], given ?? "");
  return trailers;
}

interface Reader {
  /** Up to the next line end, without it. */
  readonly line: () => Promise<string>;
  readonly bytes: (length: number) => AsyncGenerator<Buffer>;
  readonly rest: () => Promise<string>;
}

/** Reads lines and counted bytes in turn; no more than a piece of the source and a line is in memory. */
function reader(source: AsyncIterable<Buffer>): Reader {
  const pieces = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const pull = async (): Promise<boolean> => {
    const next = await pieces.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  return {
    async line() {
      for (;;) {
        const end = held.indexOf("\r\n");
        if (end !== -1) {
          const line = held.toString("latin1", 0, end);
          held = held.subarray(end + 2);
          return line;
        }
        if (held.length > longestLines || !(await pull())) throw incomplete();
      }
    },
    async *bytes(length) {
      for (let left = length; left > 0; ) {
        if (held.length === 0 && !(await pull())) throw incomplete();
        const piece = held.subarray(0, left);
        held = held.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
    async rest() {
      while (held.length <= longestLines && (await pull()));
      if (held.length > longestLines) throw incomplete();
      return held.toString("utf8");
    },
  };
}
