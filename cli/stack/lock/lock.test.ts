import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import project from "../../../project.ts";
import type { Run } from "../engine/pulumi.ts";
import { lockLines, refuseLocked, unlock } from "./lock.ts";

const [dev] = project.stages;
if (dev === undefined) throw new Error("there are no stages");
let run: Run;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "lockstep lock "));
  run = { root, env: { PULUMI_BACKEND_URL: pathToFileURL(root).href } };
});
afterEach(() => rmSync(run.root, { recursive: true, force: true }));

function held(pid: number, host: string): void {
  const folder = join(run.root, ".pulumi/locks/organization/lockstep/dev");
  mkdirSync(folder, { recursive: true });
  const lock = { pid, username: "mia", hostname: host, timestamp: "2026-11-30T09:13:49Z" };
  writeFileSync(join(folder, "held.json"), JSON.stringify(lock));
}

test("a stage that nothing holds is changed, and unlocking it has nothing to do", async () => {
  expect(() => refuseLocked(dev, run)).not.toThrow();
  expect(lockLines(dev, run)).toEqual([]);
  expect(await unlock(dev, run, ["--yes"])).toBe(0);
});

test("a stage that a run on another machine holds is refused with process, person, machine, time and the way on", () => {
  held(4711, "build-7");
  expect(() => refuseLocked(dev, run)).toThrow(
    /Another run is changing dev; nothing was changed[\s\S]*pulumi \(process 4711\) of mia on build-7, since 2026-11-30T09:13:49Z[\s\S]*unlock dev/,
  );
});

test("the lock of a pulumi that runs on this machine is never taken off: how to end it is said", async () => {
  const running = spawn("sh", ["-c", "sleep 600; :", "pulumi"], { stdio: "ignore", detached: true });
  const { pid = 0 } = running;
  try {
    held(pid, hostname());
    await expect(unlock(dev, run, ["--yes"])).rejects.toThrow(
      new RegExp(`has not ended[\\s\\S]*kill -INT ${pid} `),
    );
    expect(() => refuseLocked(dev, run)).toThrow(new RegExp(`kill -INT ${pid} `));
  } finally {
    process.kill(-pid, "SIGKILL");
  }
});

test("of a backend that is no folder nobody but pulumi knows the locks", () => {
  for (const url of ["https://api.pulumi.com", "s3://states", ""])
    expect(lockLines(dev, { ...run, env: { PULUMI_BACKEND_URL: url } }), url).toBeUndefined();
});
