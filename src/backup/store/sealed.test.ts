import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { seal } from "./sealed.ts";

test("what cannot be read from its first byte on, or later, is refused with its own reason", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-sealed-"));
  try {
    const recipient = await identityToRecipient(await generateX25519Identity());
    for (const parts of [0, 1, 50]) {
      const failing = async function* (): AsyncGenerator<string> {
        for (let i = 0; i < parts; i++) yield "x".repeat(100_000);
        throw new Error("no such thing");
      };
      await expect(seal(join(folder, `${parts}.age`), [recipient], failing())).rejects.toThrow(
        "no such thing",
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
