import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownFolder } from "./own-folder.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-own-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const mode = (...path: readonly string[]): string => (statSync(join(root, ...path)).mode & 0o777).toString(8);

test("a new folder is its owner's alone", () => {
  ownFolder(join(root, "new"));
  expect(mode("new")).toBe("700");
});

test("an open one is closed with all that is in it, and a link's target is left alone", () => {
  mkdirSync(join(root, "old", "deep"), { recursive: true });
  writeFileSync(join(root, "old", "deep", "state"), "x");
  writeFileSync(join(root, "old", "tool"), "x", { mode: 0o755 });
  writeFileSync(join(root, "elsewhere"), "x");
  for (const [path, bits] of [
    ["old", 0o755],
    ["old/deep", 0o775],
    ["old/deep/state", 0o664],
    ["elsewhere", 0o644],
  ] as const)
    chmodSync(join(root, path), bits);
  symlinkSync(join(root, "elsewhere"), join(root, "old", "link"));
  ownFolder(join(root, "old"));
  expect([mode("old"), mode("old", "deep"), mode("old", "deep", "state"), mode("old", "tool")]).toEqual([
    "700",
    "700",
    "600",
    "700",
  ]);
  expect(mode("elsewhere")).toBe("644");
});
