import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { unseal } from "./unsealed.ts";

test("a file of either compression is read by what it begins with; one of none and one that was cut off are damaged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-compression-"));
  try {
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const lines = Array.from({ length: 50_000 }, (_, i) => `${JSON.stringify({ i, of: "some row" })}\n`);
    const bytes = Buffer.from(lines.join(""));
    const read = async (content: Uint8Array): Promise<string> => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      const path = join(folder, "some.age");
      writeFileSync(path, await encrypter.encrypt(content));
      let text = "";
      for await (const line of unseal(path, identity)) text += `${line}\n`;
      return text;
    };
    for (const compressed of [gzipSync(bytes, { level: 3 }), zstdCompressSync(bytes)]) {
      expect((await read(compressed)) === bytes.toString()).toBe(true);
      await expect(read(compressed.subarray(0, -9))).rejects.toThrow("some.age of this backup is damaged");
    }
    for (const none of [bytes, Buffer.alloc(0), Buffer.from([0x1f])])
      await expect(read(none)).rejects.toThrow("a beginning of no compression");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
