import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeWholeFolder, putWhole, writeWhole } from "./write-whole.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-whole-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a file gets all of its new contents and keeps who may read it", () => {
  const path = join(folder, "file");
  writeFileSync(path, "old");
  chmodSync(path, 0o640);
  writeWhole(path, "new");
  expect(readFileSync(path, "utf8")).toBe("new");
  expect(modeOf(path)).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["file"]);
});

test("a mode that is asked for holds whatever the umask and the old file say", () => {
  const path = join(folder, "script");
  const umask = process.umask(0o077);
  try {
    writeWhole(path, "#!/bin/sh\n", 0o755);
  } finally {
    process.umask(umask);
  }
  expect(modeOf(path)).toBe(0o755);
  writeWhole(path, "secret", 0o600);
  expect(modeOf(path)).toBe(0o600);
});

test("what cannot be put in place leaves no draft, and the old contents", () => {
  const path = join(folder, "taken");
  mkdirSync(path);
  writeFileSync(join(path, "inside"), "old");
  expect(() => writeWhole(path, "new")).toThrow("taken");
  expect(() =>
    putWhole(join(folder, "never"), (draft) => {
      writeFileSync(draft, "half");
      throw new Error("interrupted");
    }),
  ).toThrow("interrupted");
  expect(readdirSync(folder)).toEqual(["taken"]);
  expect(readFileSync(join(path, "inside"), "utf8")).toBe("old");
});

test("of two that make the same folder the first stays, and no draft of the second", () => {
  const path = join(folder, "assets");
  const fill = (text: string) => (draft: string) => {
    mkdirSync(draft);
    writeFileSync(join(draft, "a"), text);
  };
  makeWholeFolder(path, fill("first"));
  makeWholeFolder(path, fill("second"));
  expect(readFileSync(join(path, "a"), "utf8")).toBe("first");
  expect(readdirSync(folder)).toEqual(["assets"]);
});
