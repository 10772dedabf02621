import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { constants, createZstdCompress } from "node:zlib";
import { UserError } from "../../diagnostic/user-error.ts";
import { addRecipients } from "./recipients.ts";
import { webOf } from "./web-stream.ts";

/** A file as it lies there: what anybody can check without a key. */
export interface SealedFile {
  readonly bytes: number;
  /** Of the encrypted bytes, hexadecimal. */
  readonly sha256: string;
}

/** What the compression gives out at once: each time it is waited for another thread. */
export const chunkSize = 256 * 1024;
/** Zstandard's usual 3 takes up to twice the time of this one, and 7 % less room. */
const level = 2;

/**
 * Writes a text or bytes, compressed and then encrypted with age to each of the recipients, and on the disk when this returns. Memory stays small however
 * long it is. Whatever fails, the file is not whole, and its caller has to remove it.
 */
export async function seal(
  path: string,
  recipients: readonly string[],
  content: AsyncIterable<string | Uint8Array>,
): Promise<SealedFile> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  addRecipients(encrypter, recipients);
  const compressed = createZstdCompress({
    chunkSize,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  const source = Readable.from(content, { objectMode: false });
  source.on("error", (error) => compressed.destroy(error));
  // Whoever reads it hears of its error; until somebody does, it must not end the process.
  compressed.on("error", () => undefined);
  const encrypted = await encrypter.encrypt(webOf(source.pipe(compressed)));
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const part of encrypted) {
      hash.update(part);
      bytes += part.length;
      await file.writeFile(part);
    }
    await file.sync();
  } catch (error) {
    source.destroy();
    throw isFull(error) ? full(path, error) : error;
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** No room on the disk, in the quota, or below the largest size of a file that this process may write. */
const isFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EFBIG"].includes(String(error.code));

const full = (path: string, cause: unknown): UserError =>
  new UserError(
    {
      what: "The disk is full; no backup was written, and those that are there stay as they are",
      where: path,
      got: cause instanceof Error ? cause.message : String(cause),
      expected: "room for the backup",
      fix: "make room, or name another folder with --to",
    },
    { cause },
  );
