import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { get, service, startRig, version } from "./testing/rig.ts";

const dataDir = mkdtempSync(join(tmpdir(), "lockstep-crash-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 }));

/** The pids that workerds of this data folder wrote down, while they live. */
const workerds = (folder = dataDir): number[] => {
  const directory = join(folder, "cells", "pids");
  return existsSync(directory) ? readdirSync(directory).map(Number).filter(alive) : [];
};
function alive(pid: number): boolean {
  try {
    return !/^Z/.test(execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).trim());
  } catch {
    return false;
  }
}

async function kill(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await expect.poll(() => pids.filter(alive)).toEqual([]);
}

test("a killed workerd is started again and found by those who call it", async () => {
  const rig = await startRig();
  try {
    const caller =
      "export default { fetch: (r, env) => env.B.fetch(r).catch((e) => new Response(e.message, { status: 599 })) };";
    await rig.deploy("b", version("b1", "export default { fetch: () => new Response('b') };"));
    const before = workerds(rig.dataDir);
    await rig.deploy("a", version("a1", caller, { bindings: [service("B", "b")] }));
    expect((await rig.get("a")).text).toBe("b");
    await kill(before);
    // straight to the script: the front door waits for the new workerd
    expect(await rig.get("b")).toMatchObject({ status: 200, text: "b" });
    await expect.poll(async () => (await rig.get("a")).text).toBe("b");
    await kill(workerds(rig.dataDir));
    expect(await rig.get("b")).toMatchObject({ status: 200, text: "b" });
    await expect.poll(async () => (await rig.get("a")).text).toBe("b");
  } finally {
    await rig.close();
  }
  expect(workerds(rig.dataDir)).toEqual([]);
});

/** Until the function it gives is called, what is started instead of workerd waits where workerd would begin. */
function heldBack(folder: string): () => void {
  const before = process.env["MINIFLARE_WORKERD_PATH"];
  const script = join(folder, "held-back.sh");
  writeFileSync(
    script,
    '#!/bin/sh\necho "$PPID $LOCKSTEP_CELL" > "$LOCKSTEP_WORKERD_PIDS/$$"\nexec sleep 600\n',
  );
  chmodSync(script, 0o755);
  process.env["MINIFLARE_WORKERD_PATH"] = script;
  return () => {
    process.env["MINIFLARE_WORKERD_PATH"] = before;
  };
}

test("a workerd killed while it is started again is replaced, also one that holds objects", async () => {
  const rig = await startRig({ cpuLimitMs: 6_000 });
  try {
    const id = "b7".repeat(16);
    const code = `import { DurableObject } from "cloudflare:workers";
    export class C extends DurableObject { async next() { const n = ((await this.ctx.storage.get("n")) ?? 0) + 1; await this.ctx.storage.put("n", n); return n; } }
    export default { fetch: async (r, env) => new Response(String(await env.C.getByName("x").next())) };`;
    await rig.deploy(
      "twice",
      version("t1", code, {
        bindings: [{ kind: "object", name: "C", className: "C", script: "twice", namespaceId: id }],
        objectClasses: [{ className: "C", namespaceId: id, storage: "sqlite" }],
      }),
    );
    expect((await rig.get("twice")).text).toBe("1");
    const killed = new Set(workerds(rig.dataDir));
    // the next ones note their pid and go no further, so that each is killed before it is workerd
    const restore = heldBack(rig.dataDir);
    await kill([...killed]);
    const noted = (): number[] => readdirSync(join(rig.dataDir, "cells", "pids")).map(Number);
    for (; killed.size < 4; await sleep(1))
      for (const pid of noted().filter((each) => !killed.has(each))) {
        killed.add(pid);
        if (killed.size === 4) restore();
        process.kill(pid, "SIGKILL");
      }
    // Miniflare may not notice that one ended; then it is missed by those who ask
    await expect.poll(async () => (await rig.get("twice")).text).toBe("2");
    expect(rig.notes.filter((n) => n.includes("could not be started again"))).toHaveLength(2);
  } finally {
    await rig.close();
  }
});

test("a worker in an endless loop is Error 1102, and answers the next request", async () => {
  const rig = await startRig({ cpuLimitMs: 3000 });
  try {
    const code = `export default { async fetch(r) {
      if (r.url.endsWith("/loop")) for (;;);
      if (r.url.endsWith("/wait")) await scheduler.wait(6000);
      return new Response("fine");
    } };`;
    await Promise.all([rig.deploy("loop", version("l1", code)), rig.deploy("other", version("o1", code))]);
    const waiting = rig.get("other", "/wait");
    expect(await rig.get("loop", "/loop")).toMatchObject({ status: 503, text: "error code: 1102\n" });
    expect(await rig.get("loop")).toMatchObject({ status: 200, text: "fine" });
    expect((await waiting).text).toBe("fine"); // waiting is not working
    expect(rig.logs.map((l) => l.text).join("\n")).toContain("Worker exceeded CPU time limit.");
  } finally {
    await rig.close();
  }
});

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly log: string[];
}

async function start(tied: boolean): Promise<Running> {
  const program = fileURLToPath(new URL("./testing/crash.program.ts", import.meta.url));
  const env = { ...process.env, ...(tied ? {} : { LOCKSTEP_UNTIED: "1" }) };
  const child = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"], env });
  const log: string[] = [];
  const lines = createInterface(child.stdout);
  const ready = new Promise<number>((resolve, reject) => {
    lines.on("line", (line) => {
      log.push(line);
      const port = /^ready (\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code}: ${log.join("\n")}`)));
  });
  return { child, port: await ready, log };
}

test("kill -9 of the process loses no row, and no second owner of the objects is left", async () => {
  const rows = async ({ port }: Running): Promise<number> =>
    Number((await get(port, "owner.dev.localhost")).text);
  const first = await start(true);
  expect(await rows(first)).toBe(1);
  expect(await rows(first)).toBe(2);
  const left = workerds();
  expect(left.length).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await start(true);
  expect(left.filter(alive)).toEqual([]);
  expect(await rows(second)).toBe(3);

  // where a workerd is not ended with its parent, the next start does it
  second.child.kill("SIGKILL");
  await once(second.child, "exit");
  const untied = await start(false);
  expect(await rows(untied)).toBe(4);
  const orphans = workerds();
  untied.child.kill("SIGKILL");
  await once(untied.child, "exit");
  expect(orphans.filter(alive)).toEqual(orphans);
  const last = await start(true);
  expect(orphans.filter(alive)).toEqual([]);
  expect(last.log.join("\n")).toContain(`ended ${orphans.length} workerd`);
  expect(await rows(last)).toBe(5);
  last.child.kill("SIGTERM");
  await once(last.child, "exit");
  expect(workerds()).toEqual([]);
});
