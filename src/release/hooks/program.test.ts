import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandHook } from "../../declare/index.ts";
import { unstartableHooks } from "./program.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "hook programs "));
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "scripts"));
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(join(root, name), text);
    chmodSync(join(root, name), mode);
  };
  write("bin/node", "#!/bin/sh\n", 0o755);
  write("bin/data", "not a program\n", 0o644);
  write("scripts/load.mjs", "", 0o644);
  write("scripts/load.sh", "#!/bin/sh\n", 0o755);
  write("scripts/forgotten.sh", "#!/bin/sh\n", 0o644);
  write("scripts/windows.sh", "#!/bin/sh\r\n", 0o755);
  write("scripts/by-node", "#!/usr/bin/env node\n", 0o755);
  write("scripts/by-k6", "#!/usr/bin/env k6\n", 0o755);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const found = (...command: CommandHook["command"]) => {
  const hook = { label: "shop/load", at: "beforeStep", timeoutSeconds: 60, secrets: {}, command } as const;
  return unstartableHooks([hook], { root, env: { PATH: "bin" } }).map(
    ({ diagnostic: { got }, isOfProject }) => [got, isOfProject],
  );
};

test("a program that can be started is no finding, whether it is a file, on PATH, or a script for an interpreter", () => {
  expect(found("./scripts/load.sh")).toEqual([]);
  expect(found("scripts/by-node", "--fast")).toEqual([]);
  expect(found("node", "scripts/load.mjs")).toEqual([]);
  expect(found("node", "-e", "process.exit()")).toEqual([]);
  // A runtime may complete it: nobody knows without starting it.
  expect(found("node", "scripts/load")).toEqual([]);
});

test("a program that is missing or may not be executed is found, and whether the project or the machine lacks it", () => {
  expect(found("scripts/lost.sh")).toEqual([["no file scripts/lost.sh", true]]);
  expect(found("/nowhere/load")).toEqual([["no file /nowhere/load", false]]);
  expect(found("scripts/forgotten.sh")).toEqual([["scripts/forgotten.sh, which may not be executed", true]]);
  expect(found("./scripts")).toEqual([["./scripts, which is no file", true]]);
  expect(found("k6", "run")).toEqual([["no program k6 on PATH", false]]);
  expect(found("data")).toEqual([["no program data on PATH", false]]);
});

test("a script is found whose interpreter is missing, and an interpreter whose script is", () => {
  expect(found("scripts/by-k6")).toEqual([
    ['scripts/by-k6, whose first line names "k6", and that is not here', false],
  ]);
  expect(found("scripts/windows.sh")).toEqual([
    [String.raw`scripts/windows.sh, whose first line names "/bin/sh\r", and that is not here`, true],
  ]);
  expect(found("node", "scripts/lost.mjs")).toEqual([
    ["no file scripts/lost.mjs, which node is to run", true],
  ]);
});
