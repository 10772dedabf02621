import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endProcess } from "./end-process.ts";

test("a process whose parent never waits for it has ended when it has, not a quarter of a minute later", async () => {
  const parent = spawn("sh", ["-c", "sleep 600 & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [said]: unknown[] = await once(parent.stdout, "data");
    const beganMs = performance.now();
    await endProcess(Number(String(said)));
    // Not noticed, it would be waited for all of its grace of 15 s.
    expect(performance.now() - beganMs).toBeLessThan(15_000);
  } finally {
    parent.kill("SIGKILL");
  }
});
