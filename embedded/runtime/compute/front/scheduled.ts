import type { IncomingMessage } from "node:http";
import type { Compute, ScriptName } from "../../compute.ts";
import type { TextAnswer } from "./pages.ts";

/** A run of the `scheduled` handler that somebody asks for at the worker's own address. */
export interface AskedRun {
  readonly cron: string;
  /** The handler's `scheduledTime`. */
  readonly atMs: number;
  readonly asJson: boolean;
}

/**
 * What `/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=<ms>&format=json` asks for, as `wrangler dev` understands it; undefined for any
 * other request. On Cloudflare no path below `/cdn-cgi/` reaches a Worker.
 */
export function askedRun(request: IncomingMessage): AskedRun | undefined {
  const [path, query = ""] = (request.url ?? "").split("?", 2);
  if (path !== "/cdn-cgi/handler/scheduled") return undefined;
  const parameters = new URLSearchParams(query);
  const time = Number(parameters.get("time") ?? "");
  return {
    cron: parameters.get("cron") ?? "",
    atMs: Number.isInteger(time) && time > 0 ? time : Date.now(),
    asJson: parameters.get("format") === "json",
  };
}

/** Runs the handler; the answer is its outcome, `ok` or what went wrong, with 500. */
export async function answerRun(
  scheduled: Compute["scheduled"],
  name: ScriptName,
  { cron, atMs, asJson }: AskedRun,
): Promise<TextAnswer> {
  const { outcome } = await scheduled(name, cron, atMs);
  return {
    status: outcome === "ok" ? 200 : 500,
    headers: { "content-type": asJson ? "application/json" : "text/plain; charset=UTF-8" },
    text: asJson ? JSON.stringify({ outcome }) : outcome,
  };
}
