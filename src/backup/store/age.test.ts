import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { expect, test } from "vitest";
import { decrypted, encrypted, opening } from "./age.ts";

const chunk = 64 * 1024;
/** Around each edge of a chunk, and many of them. */
const lengths = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 5 * chunk + 17];
const content = (length: number): Buffer => Buffer.alloc(length, "some text that is not all the same, ");

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function all(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const part of parts) found.push(part);
  return Buffer.concat(found);
}

const identities = [await generateX25519Identity(), await generateHybridIdentity()];
const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));

const written = async (bytes: Uint8Array, size: number): Promise<Buffer> =>
  all(
    encrypted(
      await opening((encrypter) => {
        for (const recipient of recipients) encrypter.addRecipient(recipient);
      }),
      inParts(bytes, size),
    ),
  );

const opened = async (file: Uint8Array, size = 50_000, identity = identities[0] ?? ""): Promise<Buffer> =>
  all(await decrypted(inParts(file, size), identity));

test("the library opens what is written here, of every length, for each recipient", async () => {
  for (const length of lengths)
    for (const identity of identities) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      const file = await written(content(length), 30_000);
      expect(content(length).equals(await decrypter.decrypt(file))).toBe(true);
    }
});

test("what the library writes is opened here, in whatever parts it comes", async () => {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  for (const length of lengths) {
    const file = await encrypter.encrypt(content(length));
    for (const size of [1_000, chunk, 1_000_000])
      for (const identity of identities)
        expect(content(length).equals(await opened(file, size, identity))).toBe(true);
  }
  const short = await encrypter.encrypt(content(10));
  expect(content(10).equals(await opened(short, 1))).toBe(true);
});

test("a changed byte, a cut anywhere, a chunk less or too much and another key are refused as the library refuses them", async () => {
  const file = await written(content(2 * chunk + 5), chunk);
  const header = file.length - (2 * chunk + 5 + 3 * 16);
  const flipped = (at: number): Buffer => {
    const copy = Buffer.from(file);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const damaged = [
    ...[20, header - 40, header - 5, header, header + chunk + 3, file.length - 1].map(flipped),
    ...[0, 1, header - 20, header - 1, header, header + 10, header + chunk + 16, file.length - 1].map((end) =>
      file.subarray(0, end),
    ),
    Buffer.concat([file.subarray(0, header), file.subarray(header + chunk + 16)]),
    Buffer.concat([file, Buffer.alloc(20)]),
    Buffer.from("no file of age"),
  ];
  const decrypter = new Decrypter();
  decrypter.addIdentity(identities[0] ?? "");
  for (const bytes of damaged) {
    await expect(decrypter.decrypt(bytes)).rejects.toThrow();
    await expect(opened(bytes)).rejects.toThrow();
  }
  await expect(opened(file, chunk, await generateX25519Identity())).rejects.toThrow("no identity matched");
});

test("of a file that is damaged no byte of the damaged chunk is given out", async () => {
  const file = await written(content(3 * chunk), chunk);
  const at = file.length - 16 - chunk;
  file[at] = (file[at] ?? 0) ^ 1;
  let length = 0;
  const reading = async (): Promise<void> => {
    for await (const part of await decrypted(inParts(file, chunk), identities[0] ?? ""))
      length += part.length;
  };
  await expect(reading()).rejects.toThrow("invalid tag");
  expect(length).toBe(2 * chunk);
});

test("two files of the same content have no key in common", async () => {
  const [one, two] = [await written(content(100), 100), await written(content(100), 100)];
  expect(one.subarray(-116).equals(two.subarray(-116))).toBe(false);
});
