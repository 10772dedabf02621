import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Failure } from "./failure.ts";

interface Checksum {
  /** Of the header or trailer that says what it should be. */
  readonly name: string;
  readonly update: (piece: Uint8Array) => void;
  /** In base64. */
  readonly digest: () => string;
}

const hash =
  (algorithm: "md5" | "sha1" | "sha256") =>
  (name: string): Checksum => {
    const running = createHash(algorithm);
    return { name, update: (piece) => void running.update(piece), digest: () => running.digest("base64") };
  };

function cyclic(name: string): Checksum {
  let value = 0;
  return {
    name,
    update: (piece) => {
      value = crc32(piece, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}

/** Those that are computed; CRC-32C and CRC-64 are taken unlooked-at. */
const kinds: Readonly<Record<string, (name: string) => Checksum>> = {
  "content-md5": hash("md5"),
  "x-amz-checksum-sha1": hash("sha1"),
  "x-amz-checksum-sha256": hash("sha256"),
  "x-amz-checksum-crc32": cyclic,
};

/** The checksums that headers give or announce; of a body in chunks that announces none, all that could follow it. */
export function openChecksums(
  headers: Readonly<Record<string, string>>,
  streamed: boolean,
): readonly Checksum[] {
  const announced = headers["x-amz-trailer"]?.split(",").map((name) => name.trim().toLowerCase());
  const follows = (name: string): boolean => streamed && (announced?.includes(name) ?? true);
  return Object.entries(kinds)
    .filter(([name]) => headers[name] !== undefined || follows(name))
    .map(([name, open]) => open(name));
}

export function requireMatches(
  checksums: readonly Checksum[],
  given: Readonly<Record<string, string>>,
): void {
  for (const { name, digest } of checksums)
    if (given[name] !== undefined && given[name] !== digest())
      throw new S3Failure(400, "BadDigest", `The ${name} you specified did not match what we received.`);
}
