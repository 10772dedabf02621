import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { UserError } from "../../diagnostic/user-error.ts";
import { decompressing } from "./compression.ts";
import { chunkSize, type SealedFile } from "./sealed.ts";
import { webOf } from "./web-stream.ts";

/** Compares a file with what its backup's head says of it. Throws UserError where it was cut off, changed, or is gone. */
export async function requireWhole(path: string, wanted: SealedFile): Promise<void> {
  requireLength(path, wanted);
  for await (const _ of hashed(createReadStream(path), path, wanted));
}

/** The quick half of it: whether a file is there, and as long as it was. */
export function requireLength(path: string, { bytes }: SealedFile): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) throw damaged(path, "no such file", `${bytes} bytes`);
  if (there.size !== bytes)
    throw damaged(
      path,
      `${there.size} bytes: it was ${there.size < bytes ? "cut off" : "made longer"}`,
      `${bytes} bytes`,
    );
}

/** A file's bytes; throws behind the last of them where they are others than were written. */
async function* hashed(
  from: AsyncIterable<Buffer>,
  path: string,
  wanted: SealedFile | undefined,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  for await (const part of from) {
    hash.update(part);
    yield part;
  }
  const is = hash.digest("hex");
  if (wanted !== undefined && is !== wanted.sha256)
    throw damaged(
      path,
      `other bytes than were written (sha256 ${is.slice(0, 16)}…)`,
      `sha256 ${wanted.sha256.slice(0, 16)}…`,
    );
}

export const damaged = (path: string, got: string, expected: string): UserError =>
  new UserError({
    what: `${basename(path)} of this backup is damaged; nothing was restored`,
    where: path,
    got,
    expected: `the file as it was written: ${expected}`,
    fix: "take another copy of this backup, or another backup",
  });

/** The lines of a sealed file. Every part is authenticated before it is given out; a file that ends early throws. */
export const unseal = (path: string, identity: string): AsyncGenerator<string> =>
  linesOf(unsealBytes(path, identity), path);

/** The bytes of a sealed file, as {@link unseal}. @param wanted where it is checked at the same time: what is wrong is said before its last part is given out */
export async function* unsealBytes(
  path: string,
  identity: string,
  wanted?: SealedFile,
): AsyncGenerator<Buffer> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const file = createReadStream(path, { highWaterMark: chunkSize });
  const read = Readable.from(hashed(file, path, wanted), { objectMode: false });
  let opened: ReadableStream<Uint8Array>;
  try {
    opened = await decrypter.decrypt(webOf(read));
  } catch (error) {
    file.destroy();
    throw notOpened(path, error);
  }
  const source = Readable.from(opened, { objectMode: false });
  try {
    yield* decompressedOf(source, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(path, error instanceof Error ? error.message : String(error), "every part authentic");
  } finally {
    source.destroy();
    file.destroy();
  }
}

/** What was compressed, by the way that its first bytes name. */
async function* decompressedOf(source: Readable, path: string): AsyncGenerator<Buffer> {
  const begin = await beginningOf(source);
  const decompressed = decompressing(begin);
  if (decompressed === undefined)
    throw damaged(
      path,
      `a beginning of no compression: ${begin.subarray(0, 4).toString("hex")}`,
      "zstd or gzip",
    );
  source.on("error", (error) => decompressed.destroy(error));
  yield* source.pipe(decompressed);
}

/** The first bytes of a stream, which still has them. */
async function beginningOf(source: Readable): Promise<Buffer> {
  await once(source, "readable");
  const begin: Buffer = source.read() ?? Buffer.alloc(0);
  source.unshift(begin);
  return begin;
}

async function* linesOf(bytes: AsyncIterable<Buffer>, path: string): AsyncGenerator<string> {
  let open: Buffer[] = [];
  for await (let part of bytes) {
    for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10)) {
      open.push(part.subarray(0, end));
      yield Buffer.concat(open).toString();
      open = [];
      part = part.subarray(end + 1);
    }
    if (part.length > 0) open.push(part);
  }
  if (open.length > 0) throw damaged(path, "its last line has no end", "whole lines");
}

function notOpened(path: string, error: unknown): UserError {
  const said = error instanceof Error ? error.message : String(error);
  const other = /no identity matched/i.test(said);
  return new UserError(
    {
      what: other
        ? "This key does not open the backup; nothing was restored"
        : "The backup cannot be opened; nothing was restored",
      where: path,
      got: other ? "the key of somebody that it was not encrypted to" : said,
      expected:
        "the identity (AGE-SECRET-KEY-1…) of one of the recipients that the stack file had when it was written",
      fix: "name the file of the right key with --identity",
    },
    { cause: error },
  );
}
