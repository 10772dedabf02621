import { WorkerEntrypoint } from "cloudflare:workers";

const reports = [];
let flushDueMs = 0;
let watched = false;

/** Whether somebody wants to hear of every invocation. */
export function watch(wanted) {
  watched = wanted;
}

/** What happened, for the process that runs the cells: sent together, a moment later. */
export function report(ctx, env, item) {
  reports.push(item);
  // a flush whose context was cut never came: after a second another one takes over
  if (Date.now() < flushDueMs + 1000) return;
  flushDueMs = Date.now();
  const flush = async () => {
    await scheduler.wait(20);
    flushDueMs = 0;
    const body = JSON.stringify(reports.splice(0));
    await env.REPORT.fetch("http://report/", { method: "POST", body });
  };
  ctx.waitUntil(flush().catch((error) => console.error("could not report:", error)));
}

/** Exceptions of the user's worker with their stacks, also those no caller sees: after the answer, in alarms, in crons. */
export class Tail extends WorkerEntrypoint {
  tail(events) {
    for (const event of events) {
      for (const { name, message, stack, timestamp } of event.exceptions)
        report(this.ctx, this.env, {
          kind: "exception",
          text: `Uncaught ${name}: ${message}${stack ? `\n${stack}` : ""}`,
          atMs: timestamp,
        });
      if (watched) report(this.ctx, this.env, { kind: "trace", item: event });
    }
  }
}
