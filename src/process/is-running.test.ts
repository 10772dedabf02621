import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isRunning } from "./is-running.ts";

test("a process runs until it has ended, also where nobody asks for its exit code", async () => {
  expect(isRunning(process.pid)).toBe(true);
  // What `sleep` inherits from the shell that it takes the place of is a child that it does not know of.
  const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(parent.stdout, "data");
  const child = Number(String(line));
  expect(child).toBeGreaterThan(0);
  await expect.poll(() => isRunning(child)).toBe(false);
  const { pid = 0 } = parent;
  expect(isRunning(pid)).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  expect(isRunning(pid)).toBe(false);
});
