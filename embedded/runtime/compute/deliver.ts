import { z } from "zod";
import type { Compute, Invocation, QueueOutcome, ScriptName } from "../compute.ts";
import type { Cell } from "./cell/cell.ts";
import { askLink } from "./cell/control.ts";
import type { Wake } from "./deploy.ts";
import { choose } from "./front/choose.ts";
import type { Scripts } from "./scripts.ts";

const queueResultSchema = z.object({
  outcome: z.string(),
  ackAll: z.boolean(),
  retryBatch: z.object({ retry: z.boolean(), delaySeconds: z.number().optional() }),
  explicitAcks: z.array(z.string()),
  retryMessages: z.array(z.object({ msgId: z.string(), delaySeconds: z.number().optional() })),
});
const scheduledResultSchema = z.object({ outcome: z.string() });

/** Events that no request carries: queue batches and crons. They enter the cell through link's control socket. */
export function deliver({
  scripts,
  wake,
  onInvocation,
}: {
  readonly scripts: Scripts;
  readonly wake: Wake;
  readonly onInvocation: (invocation: Invocation) => void;
}): Pick<Compute, "queue" | "scheduled"> {
  const inCell = async <T extends { outcome: string }>(
    name: ScriptName,
    path: "/queue" | "/scheduled",
    trigger: string,
    body: object,
    schema: z.ZodType<T>,
  ): Promise<T> => {
    const cell = await cellOf(scripts, wake, name);
    const atMs = Date.now();
    const startedAt = performance.now();
    let ok = false;
    cell.inflight += 1;
    try {
      const result = schema.parse(await askLink(cell, path, body));
      ok = result.outcome === "ok";
      return result;
    } finally {
      cell.inflight -= 1;
      cell.lastActiveMs = Date.now();
      const wallMs = performance.now() - startedAt;
      const { account, script } = name;
      onInvocation({
        account,
        script,
        version: cell.version.id,
        atMs,
        wallMs,
        status: ok ? 200 : 500,
        exception: !ok,
        event: path === "/queue" ? "queue" : "scheduled",
        trigger,
      });
    }
  };

  return {
    queue: async (name, queue, messages): Promise<QueueOutcome> => {
      const sent = messages.map(({ body, ...m }) => ({
        ...m,
        bodyBase64: Buffer.from(body).toString("base64"),
      }));
      const result = await inCell(name, "/queue", queue, { queue, messages: sent }, queueResultSchema);
      const { retryBatch } = result;
      const delay = (seconds: number | undefined) => (seconds === undefined ? {} : { delaySeconds: seconds });
      return {
        outcome: result.outcome,
        ackAll: result.ackAll,
        retryAll: retryBatch.retry ? delay(retryBatch.delaySeconds) : undefined,
        explicitAcks: result.explicitAcks,
        retries: result.retryMessages.map((r) => ({ id: r.msgId, ...delay(r.delaySeconds) })),
      };
    },
    scheduled: (name, cron, atMs) => inCell(name, "/scheduled", cron, { cron, atMs }, scheduledResultSchema),
  };
}

async function cellOf(scripts: Scripts, wake: Wake, name: ScriptName): Promise<Cell> {
  const script = scripts.find(name.account, name.script);
  await script?.opened;
  const place = script === undefined ? undefined : choose(script.shares, name.script, {});
  if (script === undefined || place === undefined)
    throw new Error(`Script not found: "${name.script}" has no deployment in this account.`);
  return wake(script, place);
}
