import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isProven, type JournalEntry, proofOf, proofText } from "./journal.ts";
import { proofNow } from "./proof-now.ts";
import { emptyHead, drilled as entry, noteBackup, noteDrill } from "./testing/drilled.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-journal-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const now = new Date("2026-11-30T12:00:00Z");
const look = (configured?: unknown) =>
  proofOf({ root, stage: "prod", target: "cloudflare", configured, keys: [] }, now);

const drilled = (takenAt: string, more: Partial<JournalEntry> = {}): void =>
  noteDrill(join(root, "backups", "cloudflare", "prod"), entry(takenAt, more));

test("a stage without a backup, or with one that nobody has restored, is red", () => {
  expect(look()).toEqual({ kind: "none" });
  const backup = join(root, "backups", "cloudflare", "prod", "20261129T120000Z");
  mkdirSync(backup, { recursive: true });
  expect(look()).toEqual({ kind: "none" });
  noteBackup(join(backup, ".."), emptyHead("2026-11-29T12:00:00Z"));
  expect(look()).toEqual({ kind: "unproven", backups: 1 });
  expect(proofText(look())).toBe("1 backup, none of which was ever restored");
  expect(isProven(look())).toBe(false);
});

test("a proof grows old by the age of what it proved, after the days that the stack file allows", () => {
  drilled("2026-11-29T12:00:00Z");
  expect(look()).toMatchObject({ kind: "proven", ageDays: 1, isOld: false });
  expect(isProven(look())).toBe(true);
  expect(proofText(look())).toBe("20261129T120000Z, 1.0 days old, is proven: 7 rows, restored in 2 s");
  const strict = { recipients: [`age1${"q".repeat(58)}`], provenWithinDays: 0.5 };
  expect(look(strict)).toMatchObject({ isOld: true });
  expect(isProven(look(strict))).toBe(false);
});

test("the newest drill counts: one that found its backup unfit is red, whatever was proven before", () => {
  drilled("2026-11-28T12:00:00Z");
  drilled("2026-11-29T12:00:00Z", { proven: false, findings: ["silo.data.age was cut off"] });
  expect(look()).toMatchObject({ kind: "unfit", last: { takenAt: "2026-11-28T12:00:00Z" } });
  expect(proofText(look())).toContain("silo.data.age was cut off");
});

test("a journal that cannot be read is no good news, and said to be none", async () => {
  drilled("2026-11-29T12:00:00Z");
  writeFileSync(join(root, "backups", "cloudflare", "prod", "journal", "2027.json"), "{");
  expect(() => look()).toThrow("An entry of the journal of drills cannot be read");
  const whose = { root, stage: "prod", target: "cloudflare", configured: undefined, keys: [] } as const;
  const proof = await proofNow(whose, () => ({}), now);
  expect(isProven(proof)).toBe(false);
  expect(proofText(proof)).toContain("nobody knows of any: An entry of the journal of drills cannot be read");
});
