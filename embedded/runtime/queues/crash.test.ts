import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openState } from "../../state.ts";
import { openQueues } from "./broker.ts";

const child = fileURLToPath(new URL("./testing/crash.child.ts", import.meta.url));
const messages = 60;

/** Runs a consumer until it has taken `batches` batches, then kills it without any warning. Returns what it was handed. */
async function consumeUntilKilled(file: string, batches: number): Promise<string[]> {
  const process_ = spawn(process.execPath, [child, file], { stdio: ["ignore", "pipe", "inherit"] });
  const taken: string[] = [];
  let seen = 0;
  process_.stdout.setEncoding("utf8");
  let rest = "";
  process_.stdout.on("data", (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      taken.push(...rest.slice("took ".length, end).split(","));
      rest = rest.slice(end + 1);
      if (++seen === batches) process_.kill("SIGKILL");
    }
  });
  await new Promise((resolve) => process_.once("exit", resolve));
  return taken;
}

test("no message is lost when the process is killed in the middle of batches, again and again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-queues-"));
  const file = join(folder, "state.sqlite");
  try {
    const state = openState(file);
    const queues = openQueues({ state, log: () => {} });
    queues.configure("q", {
      deliveryDelaySeconds: 0,
      deliveryPaused: false,
      messageRetentionSeconds: 345_600,
    });
    queues.send(
      "q",
      Array.from({ length: messages }, (_, i) => ({
        contentType: "text" as const,
        body: Buffer.from(String(i)),
      })),
    );
    await queues.close();
    state.close();

    const taken = new Set<string>();
    let lives = 0;
    for (let left = messages; left > 0; lives++) {
      for (const id of await consumeUntilKilled(file, 3 + lives)) taken.add(id);
      const after = openState(file);
      const now = openQueues({ state: after, log: () => {} });
      const waiting = now.peek("q", messages).map((m) => Buffer.from(m.body).toString());
      // What is gone was handed to a consumer; what was not handed to one is still here.
      for (let i = 0; i < messages; i++)
        expect(taken.has(String(i)) || waiting.includes(String(i))).toBe(true);
      expect(waiting.length).toBeLessThanOrEqual(left);
      left = waiting.length;
      if (left > 0 && left <= 5 * (3 + lives)) {
        // The last ones: a process that is not killed finishes them.
        let handed = 0;
        now.setConsumer("q", {
          settings: {
            batchSize: 100,
            maxRetries: 3,
            maxWaitTimeMs: 0,
            maxConcurrency: 1,
            retryDelaySeconds: 0,
          },
          deadLetterQueueId: undefined,
          deliver: async (batch) => {
            for (const m of batch) {
              // A crash is nobody's failed attempt.
              expect(m.attempts).toBe(1);
              taken.add(Buffer.from(m.body).toString());
              handed++;
            }
            return { outcome: "ok", ackAll: true, retryAll: undefined, explicitAcks: [], retries: [] };
          },
        });
        await now.close();
        expect(handed).toBe(left);
        left = now.metrics("q").backlogCount;
      }
      await now.close();
      after.close();
    }
    expect(taken.size).toBe(messages);
    expect(lives).toBeGreaterThan(1);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
});
