import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalOf } from "./journal.ts";
import { underWay } from "./under-way.ts";

test("a release is under way from its first whole line to its end", () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-under-way-"));
  try {
    expect(underWay(join(folder, "nothing"))).toBeUndefined();
    writeFileSync(join(folder, "20260101-a.jsonl"), '{"kind":"begun","at":"2026-');
    expect(underWay(folder)).toBeUndefined();
    const journal = journalOf(folder, "20260102-b");
    const at = "2026-01-02T00:00:00Z";
    journal.append({ kind: "begun", at, id: "20260102-b", stage: "dev", by: "mia" });
    expect(underWay(folder)?.progress.id).toBe("20260102-b");
    journal.append({ kind: "finished", at });
    expect(underWay(folder)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
