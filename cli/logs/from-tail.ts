import { linesOf, printable, type TailEvent } from "../tail/event.ts";
import type { Entry } from "./entry.ts";
import { withoutSecrets } from "./mask.ts";

/** What a tail told of one invocation, as lines: the invocation itself, then what it said and threw. */
export function entriesOf(worker: string, told: TailEvent, nowMs: number): readonly Entry[] {
  const atMs = told.eventTimestamp ?? nowMs;
  const version = told.scriptVersion?.id;
  const failed = told.outcome !== "ok" && told.outcome !== "canceled";
  const status = told.event?.response?.status;
  const level = failed || (status ?? 0) >= 500 ? "error" : "info";
  const outcome = told.outcome === "ok" ? "" : ` ${told.outcome}`;
  const text = `${triggerOf(told)}${status == null ? "" : ` ${status}`}${outcome}`;
  return [
    { atMs, worker, kind: "invocation", level, text: withoutSecrets(printable(text)), version },
    ...linesOf(told, (each) => each).map(
      (said): Entry => ({ ...said, atMs, worker, kind: "line", text: withoutSecrets(said.text), version }),
    ),
  ];
}

/** What made it run: a request, a cron, a queue, a call of another worker. */
function triggerOf({ event }: TailEvent): string {
  if (event == null) return "ran";
  if (event.request != null) return `${event.request.method} ${pathOf(event.request.url)}`;
  if (event.cron != null) return event.cron === "" ? "scheduled" : `cron ${event.cron}`;
  if (event.queue != null) return `queue ${event.queue}, ${event.batchSize ?? "?"} messages`;
  if (event.rpcMethod != null) return `call of ${event.rpcMethod}`;
  return event.scheduledTime === undefined ? "ran" : "alarm";
}

function pathOf(url: string): string {
  const read = URL.parse(url);
  return read === null ? url : `${read.pathname}${read.search}`;
}
