import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./imports.ts";

const folders = [".ci", "bin", "cli", "embedded", "policy", "scripts", "src", "test", "toolchain", "workers"];
const isShell = (path: string): boolean =>
  path.endsWith(".sh") || /^#!.*\b(?:ba|da)?sh\b/.test(readFileSync(path, "utf8").slice(0, 40));

/** Every file of the repository that a shell reads. */
const files = folders
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && (entry.name.endsWith(".sh") || !entry.name.includes(".")))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes("node_modules") && isShell(path)),
  );

/** The linter of shell text where it is installed (the Debian package shellcheck); a shell's own syntax check everywhere else. */
const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

/** The shell that a file names in its first line: bash takes what sh calls a mistake. */
const shellOf = (path: string): string => (/^#!.*\bbash\b/.test(readFileSync(path, "utf8")) ? "bash" : "sh");

test("the launcher, what ends a workerd, and the CI's script are among the files that are checked", () => {
  const names = files.map((path) => path.slice(root.length + 1));
  expect(names).toContain("toolchain/launchers/pulumi.sh");
  expect(names).toContain(".ci/run");
  expect(names.filter((name) => name.endsWith("/workerd.sh"))).toHaveLength(1);
});

test(`${shellcheck ? "shellcheck" : "the shell (shellcheck is not installed)"} has nothing to say about any shell file`, () => {
  for (const path of files) {
    const { stdout, stderr } = shellcheck
      ? spawnSync("shellcheck", [path], { encoding: "utf8" })
      : spawnSync(shellOf(path), ["-n", path], { encoding: "utf8" });
    expect(stdout + stderr, path).toBe("");
  }
});

test("the check would see a mistake", () => {
  const ran = shellcheck
    ? spawnSync("shellcheck", ["--shell=sh", "-"], { input: "rm $1\n", encoding: "utf8" })
    : spawnSync("sh", ["-n"], { input: "if true\n", encoding: "utf8" });
  expect(ran.status).not.toBe(0);
});
