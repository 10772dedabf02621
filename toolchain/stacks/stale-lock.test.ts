import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import project from "../../project.ts";
import { run, testProject } from "../fixture/project.ts";
import { removeStaleLocks } from "./stale-lock.ts";

const [dev] = project.stages;
if (dev === undefined) throw new Error("there are no stages");
let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));

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
  // Its command line names pulumi, as an engine's does; this test's own process is somebody else.
  const running = spawn("sh", ["-c", "sleep 600; :", "pulumi"], { stdio: "ignore", detached: true });
  const stale = locked("stale", { pid: ended(), username: "me", hostname: hostname(), timestamp: "" });
  const kept = [
    locked("running", { pid: running.pid, username: "me", hostname: hostname(), timestamp: "" }),
    locked("elsewhere", { pid: ended(), username: "me", hostname: "another-machine", timestamp: "" }),
    locked("half-written", '{"pid":'),
  ];
  const reused = locked("reused", { pid: process.pid, username: "me", hostname: hostname(), timestamp: "" });
  try {
    expect(removeStaleLocks(dev, root)).toBe(existsSync("/proc/self/cmdline") ? 2 : 1);
  } finally {
    if (running.pid !== undefined) process.kill(-running.pid, "SIGKILL");
  }
  expect(existsSync(stale)).toBe(false);
  expect(existsSync(reused)).toBe(!existsSync("/proc/self/cmdline"));
  for (const path of kept) expect(existsSync(path), path).toBe(true);
});

/** A resource that says when it begins to be made; the second one is not ready before there is a file "go". */
const slowProgram = `
import * as pulumi from "@pulumi/pulumi";
const text = 'exports.handler = () => process.getBuiltinModule("node:module").createRequire(process.cwd() + "/x.js")("./slow.ts").provider;';
class Slow extends pulumi.CustomResource {
  constructor(name: string, opts?: pulumi.CustomResourceOptions) { super("pulumi-nodejs:dynamic/probe:Slow", name, { name, __provider: text }, opts); }
}
const first = new Slow("first");
new Slow("second", { dependsOn: [first] });`;
const slowProvider = `
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

export const provider = {
  async create(inputs: { name: string }) {
    appendFileSync("made.log", inputs.name + "\\n");
    while (inputs.name === "second" && !existsSync("go")) await setTimeout(20);
    return { id: inputs.name, outs: inputs };
  },
  async diff() { return { changes: false }; },
};`;

/** Command lines of processes whose program lies in a folder. */
const processesOf = (folder: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .filter((line) => line.includes(folder));

test("an up that was killed leaves no process behind, and is finished by the next plain up, which says that it removed the lock", async () => {
  const project = await testProject({ "index.ts": slowProgram, "slow.ts": slowProvider });
  // The launcher's own preparations are not what is tried here: what it looks for is there.
  const idle = spawn("sh", ["-c", "sleep 3600; :", "embedded/main.ts"], { stdio: "ignore", detached: true });
  try {
    project.write(".lockstep/embedded/connection.json", `{"providerPort":1,"pid":${idle.pid}}\n`);
    project.write(".lockstep/config/dev.yaml", readFileSync(join(project.folder, "Pulumi.dev.yaml"), "utf8"));
    const launcher = join(project.folder, ".lockstep", "bin", "pulumi");
    const made = (): string[] =>
      existsSync(join(project.folder, "made.log"))
        ? readFileSync(join(project.folder, "made.log"), "utf8").trim().split("\n")
        : [];
    const options = ["up", "--stack", "dev", "--yes", "--non-interactive"];
    const engine = spawn(launcher, options, { cwd: project.folder, env: project.env, stdio: "ignore" });
    await expect.poll(made, { interval: 20 }).toEqual(["first", "second"]);
    engine.kill("SIGKILL");
    await once(engine, "exit");
    if (existsSync("/proc/self/cmdline")) await expect.poll(() => processesOf(project.folder)).toEqual([]);

    project.write("go", "");
    const next = await run(launcher, options, project.folder, project.env);
    expect(next.code, next.out).toBe(0);
    expect(next.out).toContain("Removed the lock that a killed pulumi had left on dev");
    expect(made()).toEqual(["first", "second", "second"]);
    const again = await run(launcher, options, project.folder, project.env);
    expect(again.out).toContain("3 unchanged");
    expect(again.out).not.toContain("lock");
  } finally {
    if (idle.pid !== undefined) process.kill(-idle.pid, "SIGKILL");
    project.remove();
  }
});
