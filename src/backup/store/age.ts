import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Recipient } from "age-encryption";

/**
 * Files of age (https://age-encryption.org/v1). Keys, recipients and the header are the library's; a file's payload is long, and its ChaCha20-Poly1305 is
 * Node's own here, which takes a tenth of the time of one in JavaScript.
 */

const chunkBytes = 64 * 1024;
const tagBytes = 16;
const nonceBytes = 16;
/** No file has so many recipients. */
const mostHeaderBytes = 1_000_000;
const endOfHeader = Buffer.from("\n--- ");

/** What an error of the encryption is called: the file was changed, or it is another key's. */
const notAuthentic = "invalid tag";

/** The header of a file and what its payload is encrypted with. */
interface Opening {
  readonly header: Uint8Array;
  readonly payloadKey: Buffer;
}

/** A file for each of these; `addRecipient` throws where one of them is none. */
export async function* encrypted(
  { header, payloadKey }: Opening,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(header);
  const nonces = nonceCounter();
  const sealed = (chunk: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv("chacha20-poly1305", payloadKey, nonces(isLast), {
      authTagLength: tagBytes,
    });
    const parts = [cipher.update(chunk), cipher.final()];
    return Buffer.concat([...parts, cipher.getAuthTag()]);
  };
  for await (const { chunk, isLast } of chunks(content, chunkBytes)) yield sealed(chunk, isLast);
}

/** @param add names the recipients to the library */
export async function opening(add: (encrypter: Naming) => void): Promise<Opening> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  add(encrypter);
  let fileKey: Uint8Array | undefined;
  // Hears the file's key, and adds nothing to the header.
  const listener: Recipient = {
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  };
  encrypter.addRecipient(listener);
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array()));
  const end = headerEnd(empty);
  if (fileKey === undefined || end === undefined) throw new Error("age wrote a file without a header");
  // A nonce of its own: nothing is encrypted twice with the same key.
  const nonce = randomBytes(nonceBytes);
  return {
    header: Buffer.concat([empty.subarray(0, end), nonce]),
    payloadKey: payloadKeyOf(fileKey, nonce),
  };
}

interface Naming {
  readonly addRecipient: (recipient: string) => void;
}

/** A file's content. Every part is authenticated before it is given out; a file that ends early throws behind its last whole part. */
export async function decrypted(
  file: AsyncIterable<Buffer>,
  identity: string,
): Promise<AsyncGenerator<Buffer>> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const parts = file[Symbol.asyncIterator]();
  let begin = Buffer.alloc(0);
  let end: number | undefined;
  while (end === undefined || begin.length < end + nonceBytes) {
    const { done, value } = await parts.next();
    if (done === true || begin.length > mostHeaderBytes) break;
    begin = Buffer.concat([begin, value]);
    end ??= headerEnd(begin);
  }
  const fileKey = await decrypter.decryptHeader(begin.subarray(0, end));
  const payload = (end ?? begin.length) + nonceBytes;
  if (begin.length < payload) throw new Error("it ends within its header");
  const key = payloadKeyOf(fileKey, begin.subarray(payload - nonceBytes, payload));
  const rest = async function* (): AsyncGenerator<Buffer> {
    yield begin.subarray(payload);
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value;
  };
  return opened(key, rest());
}

async function* opened(key: Buffer, payload: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const nonces = nonceCounter();
  let count = 0;
  for await (const { chunk, isLast } of chunks(payload, chunkBytes + tagBytes)) {
    const length = chunk.length - tagBytes;
    if (length < 0) throw new Error(notAuthentic);
    // Only an empty file has an empty chunk.
    if (length === 0 && count > 0) throw new Error("its last chunk is empty");
    const decipher = createDecipheriv("chacha20-poly1305", key, nonces(isLast), { authTagLength: tagBytes });
    decipher.setAuthTag(chunk.subarray(length));
    const text = decipher.update(chunk.subarray(0, length));
    try {
      decipher.final();
    } catch (error) {
      throw new Error(notAuthentic, { cause: error });
    }
    count++;
    yield text;
  }
}

const payloadKeyOf = (fileKey: Uint8Array, nonce: Uint8Array): Buffer =>
  Buffer.from(hkdfSync("sha256", fileKey, nonce, "payload", 32));

/** Where the header ends: behind the line of its checksum. */
function headerEnd(file: Buffer): number | undefined {
  const mac = file.indexOf(endOfHeader);
  const end = mac < 0 ? -1 : file.indexOf(10, mac + endOfHeader.length);
  return end < 0 ? undefined : end + 1;
}

/** Eleven bytes that count, and one that is 1 for the last chunk. */
function nonceCounter(): (isLast: boolean) => Buffer {
  let count = 0;
  return (isLast) => {
    const nonce = Buffer.alloc(12);
    nonce.writeUIntBE(count++, 5, 6);
    nonce[11] = isLast ? 1 : 0;
    return nonce;
  };
}

/** Bytes in chunks of one length; the last one is what is left, and there always is one. */
async function* chunks(
  from: AsyncIterable<Buffer>,
  bytes: number,
): AsyncGenerator<{ readonly chunk: Buffer; readonly isLast: boolean }> {
  let open: Buffer[] = [];
  let length = 0;
  for await (const part of from) {
    open.push(part);
    length += part.length;
    // One that is full is kept: it may be the last.
    if (length <= bytes) continue;
    const all = Buffer.concat(open);
    let at = 0;
    for (; length - at > bytes; at += bytes) yield { chunk: all.subarray(at, at + bytes), isLast: false };
    open = [all.subarray(at)];
    length -= at;
  }
  yield { chunk: Buffer.concat(open), isLast: true };
}
