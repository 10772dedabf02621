import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { invalidArgument, S3Failure } from "./failure.ts";
import { hmac, type Signed, same, sha256 } from "./signature.ts";

/** A body as the client meant it, checked against everything that it says about it: hash, chunk signatures, checksums. */
export function checkedBody(raw: Buffer, signed: Signed, headers: Readonly<Record<string, string>>): Buffer {
  const { payload } = signed;
  if (payload === "UNSIGNED-PAYLOAD") return withChecksums(raw, headers);
  if (payload.startsWith("STREAMING-")) {
    const { body, trailers } = unchunked(raw, signed);
    const length = headers["x-amz-decoded-content-length"];
    if (length !== undefined && Number(length) !== body.length) throw incomplete();
    return withChecksums(body, { ...headers, ...trailers });
  }
  if (sha256(raw) !== payload)
    throw new S3Failure(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  return withChecksums(raw, headers);
}

const incomplete = (): S3Failure =>
  new S3Failure(
    400,
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  );

/** `<size in hex>[;chunk-signature=…]` and the bytes, a last chunk of size 0, then trailers. */
function unchunked(
  raw: Buffer,
  signed: Signed,
): { readonly body: Buffer; readonly trailers: Readonly<Record<string, string>> } {
  const isSigned = signed.payload.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  if (!isSigned && signed.payload !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    throw invalidArgument(`x-amz-content-sha256 ${signed.payload} is not supported`);
  const chunks: Buffer[] = [];
  let previous = signed.signature;
  let at = 0;
  for (;;) {
    const lineEnd = raw.indexOf("\r\n", at);
    if (lineEnd === -1) throw incomplete();
    const [size = "", ...extensions] = raw.toString("latin1", at, lineEnd).split(";");
    const length = Number.parseInt(size, 16);
    if (!/^[\da-f]+$/i.test(size) || lineEnd + 2 + length > raw.length) throw incomplete();
    const chunk = raw.subarray(lineEnd + 2, lineEnd + 2 + length);
    if (isSigned) {
      const given = extensions.find((each) => each.startsWith("chunk-signature="))?.slice(16) ?? "";
      const text = [
        "AWS4-HMAC-SHA256-PAYLOAD",
        signed.date,
        signed.scope,
        previous,
        sha256(""),
        sha256(chunk),
      ];
      if (!same(hmac(signed.signingKey, text.join("\n")).toString("hex"), given)) throw chunkMismatch();
      previous = given;
    }
    at = lineEnd + 2 + length;
    if (length === 0) break;
    if (raw.toString("latin1", at, at + 2) !== "\r\n") throw incomplete();
    chunks.push(chunk);
    at += 2;
  }
  return { body: Buffer.concat(chunks), trailers: trailersOf(raw.toString("utf8", at), signed, previous) };
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
  const wanted = ["AWS4-HMAC-SHA256-TRAILER", signed.date, signed.scope, previous, sha256(canonical)];
  if (!same(hmac(signed.signingKey, wanted.join("\n")).toString("hex"), given ?? "")) throw chunkMismatch();
  return trailers;
}

const chunkMismatch = (): S3Failure =>
  new S3Failure(
    403,
    "SignatureDoesNotMatch",
    "The signature of a chunk does not match what was computed. Check your secret access key and signing method.",
  );

/** Checksum header → how it is computed, in base64; CRC-32C and CRC-64 are taken unlooked-at. */
const checksums: Readonly<Record<string, (body: Buffer) => string>> = {
  "content-md5": (body) => createHash("md5").update(body).digest("base64"),
  "x-amz-checksum-sha1": (body) => createHash("sha1").update(body).digest("base64"),
  "x-amz-checksum-sha256": (body) => createHash("sha256").update(body).digest("base64"),
  "x-amz-checksum-crc32": (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes.toString("base64");
  },
};

function withChecksums(body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  for (const [name, compute] of Object.entries(checksums)) {
    const given = headers[name];
    if (given !== undefined && given !== compute(body))
      throw new S3Failure(400, "BadDigest", `The ${name} you specified did not match what we received.`);
  }
  return body;
}
