import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stages } from "../../src/stages/index.ts";
import { removeStaleLocks } from "./stale-lock.ts";

const [dev] = stages;
if (dev === undefined) throw new Error("there are no stages");
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function locked(name: string, content: unknown): string {
  const folder = join(root, ".lockstep/state/.pulumi/locks/organization/lockstep/dev");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const ended = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("a stack that was never locked has no stale lock", () => {
  expect(removeStaleLocks(dev, root)).toBe(0);
});

test("only the lock of a process of this machine that is gone is removed", () => {
  const stale = locked("stale", { pid: ended(), username: "me", hostname: hostname(), timestamp: "" });
  const kept = [
    locked("running", { pid: process.pid, username: "me", hostname: hostname(), timestamp: "" }),
    locked("elsewhere", { pid: ended(), username: "me", hostname: "another-machine", timestamp: "" }),
    locked("half-written", '{"pid":'),
  ];
  expect(removeStaleLocks(dev, root)).toBe(1);
  expect(existsSync(stale)).toBe(false);
  for (const path of kept) expect(existsSync(path), path).toBe(true);
});
