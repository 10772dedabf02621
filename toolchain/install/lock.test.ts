import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startOf, withLock } from "./lock.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

const lockModule = new URL("lock.mjs", import.meta.url).href;

/** A process that holds the lock, says so, and works for a while. */
function holder(workMs: number): {
  pid: number | undefined;
  holding: Promise<void>;
  ended: Promise<void>;
  kill(): void;
} {
  const script = `import { withLock } from ${JSON.stringify(lockModule)};
import { appendFileSync } from "node:fs";
await withLock(${JSON.stringify(join(folder, "lock"))}, async () => {
  appendFileSync(${JSON.stringify(join(folder, "log"))}, "in\\n"); console.log("holding");
  await new Promise((r) => setTimeout(r, ${workMs}));
  appendFileSync(${JSON.stringify(join(folder, "log"))}, "out\\n");
}, { pollMs: 5 });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return {
    pid: child.pid,
    holding: new Promise((resolve) => child.stdout.once("data", () => resolve())),
    ended: new Promise((resolve) => child.once("close", () => resolve())),
    kill: () => child.kill("SIGKILL"),
  };
}

test("eight processes enter one after the other", async () => {
  await Promise.all(Array.from({ length: 8 }, () => holder(10).ended));
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("in\nout\n".repeat(8));
  expect(existsSync(join(folder, "lock"))).toBe(false);
});

test("a holder that was killed keeps nobody out, however many wait", async () => {
  const first = holder(600_000);
  await first.holding;
  const waiting = Array.from({ length: 4 }, () => holder(10));
  first.kill();
  await Promise.all(waiting.map(({ ended }) => ended));
  expect(readFileSync(join(folder, "log"), "utf8")).toBe(`in\n${"in\nout\n".repeat(4)}`);
});

test("a pid that now belongs to another process does not count as the holder", async () => {
  const path = join(folder, "lock");
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: "1" }));
  expect(startOf(process.pid)).not.toBe("1");
  expect(await withLock(path, async () => "entered", { pollMs: 5 })).toBe("entered");
});

test("an unreadable lock file counts as left by a crash", async () => {
  const path = join(folder, "lock");
  writeFileSync(path, "{");
  expect(await withLock(path, async () => "entered", { pollMs: 5 })).toBe("entered");
});

test("the one who waits is told for whom, and the lock opens when the work throws", async () => {
  const path = join(folder, "lock");
  const told: number[] = [];
  const release = Promise.withResolvers<void>();
  const first = withLock(path, () => release.promise);
  const second = withLock(path, async () => "second", { pollMs: 5, onWait: (pid) => told.push(pid) });
  setTimeout(() => release.reject(new Error("work failed")), 50);
  await expect(first).rejects.toThrow("work failed");
  expect(await second).toBe("second");
  expect(told).toEqual([process.pid]);
});

test("a holder that is dead but still listed, because its parent never waits for it, keeps nobody out", async () => {
  // The shell becomes a program that waits for nobody; its child, which prints its own number, ends at once.
  const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 600"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [said]: unknown[] = await once(parent.stdout, "data");
    const pid = Number(String(said));
    if (existsSync("/proc/self/stat")) await expect.poll(() => startOf(pid)).toBe("ended");
    const path = join(folder, "lock");
    writeFileSync(path, JSON.stringify({ pid, started: "5" }));
    expect(await withLock(path, async () => "entered", { pollMs: 5 })).toBe("entered");
  } finally {
    parent.kill("SIGKILL");
  }
});

/** Node learns of a child's end a moment after the machine does, so the machine is asked. */
const hasEnded = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  return startOf(pid) === "ended";
};

test("the process that does a killed holder's work keeps the lock until it has ended", async () => {
  const path = join(folder, "lock");
  const worker = spawn("sleep", ["60"], { stdio: "ignore" });
  if (worker.pid === undefined) throw new Error("sleep did not start");
  const text = await withLock<string>(path, async (holdWith) => {
    holdWith(worker.pid ?? 0);
    return readFileSync(path, "utf8");
  });
  expect(existsSync(path), "given back as usual").toBe(false);
  writeFileSync(path, text.replace(`{"pid":${process.pid}`, '{"pid":0'));
  const told: number[] = [];
  const second = withLock(path, async () => hasEnded(worker.pid ?? 0), {
    pollMs: 5,
    onWait: (pid) => {
      told.push(pid);
      worker.kill("SIGKILL");
    },
  });
  expect(await second, "entered when the worker had ended").toBe(true);
  expect(told).toEqual([worker.pid]);
});

test("waiting ends when it is told to", async () => {
  const path = join(folder, "lock");
  const stop = new AbortController();
  const never = Promise.withResolvers<void>();
  const first = withLock(path, () => never.promise);
  const second = withLock(path, async () => "entered", { onWait: () => stop.abort(), signal: stop.signal });
  await expect(second).rejects.toThrow("aborted");
  never.resolve();
  await first;
});

test("one who died while removing a dead holder's lock keeps nobody out, whatever the clock says", async () => {
  const path = join(folder, "lock");
  for (const name of [path, `${path}.break`])
    writeFileSync(name, JSON.stringify({ pid: process.pid, started: "1" }));
  const future = new Date(Date.now() + 3_600_000);
  utimesSync(`${path}.break`, future, future);
  expect(await withLock(path, async () => "entered", { pollMs: 5 })).toBe("entered");
  expect(readdirSync(folder)).toEqual([]);
});
