import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ignoredBy } from "./assets-ignore.ts";

const paths = [
  "a.map",
  "b/a.map",
  "b/.hidden",
  ".hidden",
  "_worker.js",
  "_worker.js2",
  "sub/_worker.js",
  "folder/one.txt",
  "folder/deep/two.txt",
  "deep/folder/three.txt",
  "x+y(1).txt",
  "#note",
  "!odd",
  "ab.txt",
  "cb.txt",
  "ends with space ",
];
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-ignore-"));
  execFileSync("git", ["init", "-q"], { cwd: folder });
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What git leaves out by the same lines. */
function ignoredByGit(text: string): string[] {
  writeFileSync(join(folder, ".gitignore"), text);
  const listed = execFileSync("git", ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"], {
    cwd: folder,
    encoding: "utf8",
  });
  return listed.split("\0").filter((path) => paths.includes(path));
}

test.each([
  "*.map",
  "*.map\n!b/a.map",
  "_worker.js\n# a remark\n\n",
  "/_worker.js",
  "folder/",
  "folder/\n!folder/one.txt",
  "folder/*\n!folder/one.txt",
  "/folder",
  "folder/**",
  "**/folder",
  "deep/**/three.txt",
  "**/two.txt",
  ".*",
  "*",
  "*\n!*.txt",
  "x+y(1).txt",
  "\\#note",
  "\\!odd",
  "[ac]b.txt",
  "[!a]b.txt",
  "?b.txt",
  "ends with space\\ ",
  "trailing.txt   \n*.txt  ",
  "one.txt/",
])("lines leave out what git leaves out: %j", (text) => {
  const ignored = ignoredBy(text);
  expect(paths.filter(ignored).sort()).toEqual(ignoredByGit(text).sort());
});

test("carriage returns are no part of a line", () => {
  expect(paths.filter(ignoredBy("*.map\r\n_worker.js\r\n"))).toEqual([
    "a.map",
    "b/a.map",
    "_worker.js",
    "sub/_worker.js",
  ]);
});
