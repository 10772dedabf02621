import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eachLeft, type Leave, note } from "./left.ts";

let root: string;
const others: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-left-"));
  mkdirSync(join(root, ".lockstep", "dev", "dev"), { recursive: true });
});
afterEach(() => {
  for (const other of others.splice(0)) other.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

/** Another process that notes these scripts for the stage, and lives on. */
async function loopOf(stage: string, ...scripts: string[]): Promise<ChildProcess> {
  const module = pathToFileURL(join(import.meta.dirname, "left.ts")).href;
  const code = `const { note } = await import(${JSON.stringify(module)});
    await note(${JSON.stringify(root)}, ${JSON.stringify(stage)}, ${JSON.stringify(scripts)});
    process.stdout.write("noted"); setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  others.push(child);
  await once(child.stdout, "data");
  return child;
}
async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}
async function left(stage = "dev", succeeds = true): Promise<string[]> {
  const found: string[] = [];
  await eachLeft(root, stage, async (script) => {
    found.push(script);
    return succeeds;
  });
  return found;
}

test("what a killed loop had noted is put back once", async () => {
  await kill(await loopOf("dev", "api-dev", "silo-dev"));
  expect(await left()).toEqual(["api-dev", "silo-dev"]);
  expect(await left()).toEqual([]);
});

test("while any loop works on the stage nothing is touched, also not what another one left", async () => {
  await kill(await loopOf("dev", "api-dev"));
  const alive = await loopOf("dev", "silo-dev");
  expect(await left()).toEqual([]);
  await kill(alive);
  expect((await left()).sort()).toEqual(["api-dev", "silo-dev"]);
});

test("a loop that ends leaves the scripts that another one works on to that one", async () => {
  const leave = await note(root, "dev", ["api-dev", "silo-dev"]);
  await kill(await loopOf("dev", "silo-dev"));
  const alive = await loopOf("dev", "api-dev");
  let others: ReadonlySet<string> = new Set();
  await leave(async (found) => {
    others = found;
    return true;
  });
  expect([...others]).toEqual(["api-dev"]);
  await kill(alive);
  expect((await left()).sort()).toEqual(["api-dev", "silo-dev"]);
});

test("a loop of another stage is no reason to wait", async () => {
  mkdirSync(join(root, ".lockstep", "dev", "staging"));
  await loopOf("staging", "api-staging");
  await kill(await loopOf("dev", "api-dev"));
  expect(await left()).toEqual(["api-dev"]);
});

test("a number that is another process's by now is no living loop", async () => {
  const note = JSON.stringify({ pid: process.pid, started: "1", scripts: ["api-dev"] });
  writeFileSync(join(root, ".lockstep", "dev", "dev", `${process.pid}.json`), note);
  expect(await left()).toEqual(["api-dev"]);
});

test("what could not be put back is tried again the next time", async () => {
  await kill(await loopOf("dev", "api-dev"));
  expect(await left("dev", false)).toEqual(["api-dev"]);
  expect(await left()).toEqual(["api-dev"]);
});

test("a loop that starts meanwhile waits, and one that ends takes its note away", async () => {
  await kill(await loopOf("dev", "api-dev"));
  const events: string[] = [];
  let begun: Promise<Leave> | undefined;
  await eachLeft(root, "dev", async () => {
    begun = note(root, "dev", ["api-dev"]).then((leave) => {
      events.push("begun");
      return leave;
    });
    await sleep(300);
    events.push("put back");
    return true;
  });
  const leave = await begun;
  expect(events).toEqual(["put back", "begun"]);
  expect(await left()).toEqual([]);
  expect(await leave?.(async () => false)).toBe(false);
  expect(readdirSync(join(root, ".lockstep", "dev", "dev"))).toEqual([`${process.pid}.json`]);
  expect(await leave?.(async () => true)).toBe(true);
  expect(readdirSync(join(root, ".lockstep", "dev", "dev"))).toEqual([]);
});
