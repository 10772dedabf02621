import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Cloudflare from "cloudflare";
import { expect, test } from "vitest";
import { z } from "zod";
import { deployScript } from "../testing/deploy-script.ts";

const main = resolve(import.meta.dirname, "../../main.ts");
const ready = z.object({
  api: z.string(),
  token: z.string(),
  accounts: z.array(z.object({ id: z.string() })),
});

/** The embedded Cloudflare as its own process, so that it can be killed. */
async function start(
  data: string,
): Promise<z.infer<typeof ready> & { readonly kill: (signal: NodeJS.Signals) => Promise<void> }> {
  const child = spawn(process.execPath, [main, "--data", data], { stdio: ["ignore", "pipe", "ignore"] });
  const line = await new Promise<string>((done, failed) => {
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) done(text);
    });
    child.once("exit", (code) => failed(new Error(`the embedded Cloudflare ended with ${code}`)));
  });
  return {
    ...ready.parse(JSON.parse(line)),
    kill: async (signal) => {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill(signal);
      await gone;
    },
  };
}

const worker = `export default {
  async queue(batch, env) {
    await env.VEC.upsert(batch.messages.map((m) => ({ id: "m" + m.body, values: [1, m.body] })));
    await new Promise((resolve) => setTimeout(resolve, 30));
  },
}`;
const count = 400;
const portion = 50;

test("messages sent to a real worker all arrive, however often the whole process is killed on the way", async () => {
  const data = mkdtempSync(join(tmpdir(), "lockstep-data-crash-"));
  try {
    let embedded = await start(data);
    const account_id = embedded.accounts[0]?.id ?? "";
    const client = () => new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 3 });
    await client().vectorize.indexes.create({
      account_id,
      name: "seen",
      config: { dimensions: 2, metric: "euclidean" },
    });
    const { queue_id = "" } = await client().queues.create({ account_id, queue_name: "work" });
    await deployScript({ ...embedded, account: account_id }, "worker", worker, [
      { type: "vectorize", name: "VEC", index_name: "seen" },
    ]);
    await client().queues.consumers.create(queue_id, {
      account_id,
      type: "worker",
      script_name: "worker",
      settings: { batch_size: 5, max_concurrency: 2, max_wait_time_ms: 0, max_retries: 0 },
    });

    const backlog = async (): Promise<number> =>
      (await client().queues.getMetrics(queue_id, { account_id })).backlog_count;
    // It is killed as soon as some of a portion were worked off, so that most of them wait however slow the machine is.
    for (let at = 0; at < count; at += portion) {
      await client().queues.messages.bulkPush(queue_id, {
        account_id,
        messages: Array.from({ length: portion }, (_, i) => ({
          body: at + i,
          content_type: "json" as const,
        })),
      });
      const left = await backlog();
      if (left > 0) await expect.poll(backlog, { interval: 5 }).toBeLessThan(left);
      await embedded.kill((at / portion) % 3 === 2 ? "SIGTERM" : "SIGKILL");
      embedded = await start(data);
    }
    await expect.poll(backlog).toBe(0);
    expect((await client().vectorize.indexes.info("seen", { account_id }))?.vectorCount).toBe(count);
    await embedded.kill("SIGTERM");
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 10 });
  }
});
