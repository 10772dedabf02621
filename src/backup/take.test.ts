import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, expect, test } from "vitest";
import { takeBackup } from "./take.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep take "));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("of two that began in the same second, the one that ends later is refused in words, and leaves nothing", async () => {
  const recipient = await identityToRecipient(await generateX25519Identity());
  const taking = takeBackup([], {
    folder,
    stage: "prod",
    target: "embedded",
    accountId: "a",
    recipients: [recipient],
    tool: "test",
    notInBackup: [],
    now: new Date("2026-11-30T23:39:45Z"),
    say: () => {},
    // Read when the others' work is done, and before the name is given.
    get versions() {
      mkdirSync(join(folder, "20261130T233945Z"));
      writeFileSync(join(folder, "20261130T233945Z", "head.json"), "{}");
      return {};
    },
  });
  await expect(taking).rejects.toThrow(/No backup was written[\s\S]*same second/);
  expect(readdirSync(folder).filter((name) => name.endsWith(".draft"))).toEqual([]);
});
