import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packageRoot } from "./package-root.ts";

let root: string;
const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
    cwd: root,
    encoding: "utf8",
  });
function commit(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  git("add", path);
  git("commit", "-qm", path);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep ci "));
  cpSync(join(packageRoot, ".ci", "run"), join(root, ".ci", "run"));
  git("init", "-q");
  commit("src/sweep.deep.test.ts", "");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs `.ci/run` with a stand-in for npm that ends its two commands as given. */
function ci(
  test: string,
  deep = "echo '1 passed, 0 failed'",
  baseSha = "",
): { status: number | null; lines: string[] } {
  writeFileSync(
    join(root, "npm"),
    `#!/bin/sh\n[ "$CI" = true ] || exit 9\ncase "$*" in test) ${test} ;; "run test:deep") ${deep} ;; *) exit 8 ;; esac\n`,
  );
  chmodSync(join(root, "npm"), 0o755);
  const env = { PATH: `${root}:${process.env["PATH"]}`, HOME: root, CI_BASE_SHA: baseSha };
  const ran = spawnSync("bash", [".ci/run"], {
    cwd: root,
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status: ran.status, lines: ran.stdout.trim().split("\n") };
}

test("figures are summed, and the last line is theirs alone", () => {
  const { status, lines } = ci(
    "echo noise; echo '40 passed, 0 failed, 2 skipped'",
    "echo '3 passed, 0 failed'",
  );
  expect(lines.at(-1)).toBe("43 passed, 0 failed");
  expect(status).toBe(0);
});

test.each([
  ["a failure", "echo '4 passed, 2 failed'; exit 1", "5 passed, 2 failed"],
  ["a bad exit after good figures", "echo '4 passed, 0 failed'; exit 1", "5 passed, 1 failed"],
  ["no figures at all", "echo Segmentation fault; exit 139", "1 passed, 1 failed"],
  ["figures that are not the last line", "echo '4 passed, 0 failed'; echo oops", "1 passed, 1 failed"],
])("%s fails the run", (_what, test, last) => {
  const { status, lines } = ci(test);
  expect(lines.at(-1)).toBe(last);
  expect(status).toBe(1);
});

test("no test at all fails the run", () => {
  const { status, lines } = ci("echo '0 passed, 0 failed'", "echo '0 passed, 0 failed'");
  expect(lines.at(-1)).toBe("0 passed, 0 failed");
  expect(status).toBe(1);
});

test("deep tests are left out when nothing but words has changed since the base, and only then", () => {
  const ranDeep = (baseSha?: string): boolean =>
    ci("echo '1 passed, 0 failed'", undefined, baseSha).lines.includes("$ npm run test:deep");
  const head = (): string => git("rev-parse", "HEAD").trim();
  const first = head();
  commit("docs/page.md", "x");
  commit("README.md", "x");
  expect(ranDeep(), "nothing to compare with").toBe(true);
  expect(ranDeep("0".repeat(40)), "a base that is not in this clone, as in a shallow one").toBe(true);
  expect(ranDeep(first), "only words changed").toBe(false);
  const words = head();
  for (const path of ["src/other.ts", "workers/dome/index.ts", "package-lock.json", "justfile"]) {
    const before = head();
    commit(path, "x");
    expect(ranDeep(before), path).toBe(true);
  }
  commit("docs/page.md", "y");
  expect(ranDeep(words), "the last commit alone has only words").toBe(true);
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  commit("docs/page.md", "z");
  expect(ranDeep(), "a branch of words").toBe(false);
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  expect(ranDeep(), "main itself").toBe(true);
});

test("what was stopped because the time was up says so, whatever its last line was", () => {
  const { status, lines } = ci("echo '4 passed, 0 failed'; exit 124");
  expect(lines).toContain("npm test was stopped: the time was up");
  expect(lines.at(-1)).toBe("5 passed, 1 failed");
  expect(status).toBe(1);
});
