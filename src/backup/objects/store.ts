import { createHash } from "node:crypto";
import { createReadStream, existsSync, linkSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../../diagnostic/user-error.ts";
import { type SealedFile, seal } from "../store/sealed.ts";

/** Beside the backups of a stage: the bytes of objects, each in a file of its own that any number of backups refer to. */
export const storeFolder = (folder: string): string => join(folder, "objects");

/** In each backup, in clear: which files of the store it refers to. */
export const listFile = "objects.list";

/** Files of the store by their ids, as a backup's list has them. */
export type Known = ReadonlyMap<string, SealedFile>;

export const pathOf = (store: string, id: string): string => join(store, id.slice(0, 2), `${id}.age`);

/**
 * What an object's bytes are called by: nobody reads its name out of it. Another etag or size is another file; and so is a later generation, where the
 * file of an earlier one was damaged.
 */
export const idOf = (
  bucket: string,
  { key, etag, size }: { readonly key: string; readonly etag: string; readonly size: number },
  generation = 0,
): string =>
  createHash("sha256")
    .update(JSON.stringify([bucket, key, etag, size, generation]))
    .digest("hex");

/** `<id> <bytes> <sha256>` */
export const lineOf = (id: string, { bytes, sha256 }: SealedFile): string => `${id} ${bytes} ${sha256}\n`;

/** A backup's list, a file at a time. Throws UserError where a line is none. */
export async function* readList(path: string): AsyncGenerator<SealedFile & { readonly id: string }> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [, id, bytes, sha256] = /^([0-9a-f]{64}) (\d+) ([0-9a-f]{64})$/.exec(line) ?? [];
    if (id === undefined || sha256 === undefined)
      throw new UserError({
        what: "The list of a backup's objects is damaged",
        where: path,
        got: line.slice(0, 80),
        expected: "<id> <bytes> <sha256> in each line",
        fix: "take another copy of this backup",
      });
    yield { id, bytes: Number(bytes), sha256 };
  }
}

export async function knownIn(path: string): Promise<Known> {
  const known = new Map<string, SealedFile>();
  if (existsSync(path))
    for await (const { id, bytes, sha256 } of readList(path)) known.set(id, { bytes, sha256 });
  return known;
}

/** Files that are in the store of another place, which is where this backup goes: id → bytes. */
export type Elsewhere = ReadonlyMap<string, number>;

/**
 * Bytes in the store: those that are there, or new ones. What an earlier backup refers to is never written to; where that is gone or was cut off, the
 * bytes get another id. A run that was killed leaves whole files, which the next one takes.
 */
export async function stored(
  store: string,
  { known, elsewhere }: { readonly known: Known; readonly elsewhere: Elsewhere },
  idAt: (generation: number) => string,
  write: (draft: string) => Promise<SealedFile>,
): Promise<SealedFile & { readonly id: string; readonly copied: boolean }> {
  let generation = 0;
  while (isTaken(store, known, elsewhere, idAt(generation))) generation++;
  const id = idAt(generation);
  const path = pathOf(store, id);
  const before = known.get(id);
  if (before !== undefined) return { id, ...before, copied: false };
  if (existsSync(path)) return { id, ...(await sealedAt(path)), copied: false };
  mkdirSync(join(store, id.slice(0, 2)), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  try {
    const sealed = await write(draft);
    return linked(draft, path)
      ? { id, ...sealed, copied: true }
      : { id, ...(await sealedAt(path)), copied: false };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A file that a list has and no store has, or not whole; or that is elsewhere, without a list to say with which bytes. */
function isTaken(store: string, known: Known, elsewhere: Elsewhere, id: string): boolean {
  const size = statSync(pathOf(store, id), { throwIfNoEntry: false })?.size;
  const wanted = known.get(id)?.bytes;
  return wanted === undefined
    ? size === undefined && elsewhere.has(id)
    : size !== wanted && elsewhere.get(id) !== wanted;
}

/** A link never takes the place of a file that another run has put there meanwhile. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function sealedAt(path: string): Promise<SealedFile> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of createReadStream(path)) {
    hash.update(part);
    bytes += part.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Of what an object's file holds, before its bytes: a file in the place of another is seen. */
export const headerOf = (
  bucket: string,
  { key, etag, size }: { key: string; etag: string; size: number },
): string => `${JSON.stringify({ bucket, key, etag, size })}\n`;

/** Seals an object's bytes behind its header. */
export const sealObject = (
  draft: string,
  recipients: readonly string[],
  header: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<SealedFile> => seal(draft, recipients, behind(header, bytes));

async function* behind(header: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(header);
  yield* bytes;
}
