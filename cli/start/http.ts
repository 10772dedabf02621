import { exchange } from "../../src/cloudflare/exchange.ts";

/** An address of the front door: what a browser resolves by itself and Node does not (`*.localhost`). */
export interface WorkerAddress {
  /** `dome-api-dev.dev.localhost`. */
  readonly host: string;
  readonly port: number;
}

export interface JsonReply {
  readonly status: number;
  readonly text: string;
}

/** One request to a worker: what `body` says as JSON, or a GET without one. Rejects when nothing answers within `timeoutMs`. */
export async function ask(
  to: WorkerAddress,
  path: string,
  options: { readonly body?: unknown; readonly timeoutMs?: number } = {},
): Promise<JsonReply> {
  const { body, timeoutMs = 30_000 } = options;
  const sent = await exchange(`http://${to.host}:${to.port}${path}`, {
    timeoutMs,
    ...(body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  const { status, text } = sent;
  return { status, text };
}
