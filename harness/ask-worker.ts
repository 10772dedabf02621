import { exchange } from "../src/cloudflare/exchange.ts";

/** What is asked; a GET where nothing is said. */
export interface WorkerRequest {
  /** @default GET, or POST with a body */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** What a worker answered. */
export interface WorkerAnswer {
  readonly status: number;
  readonly text: string;
  /** The text, parsed. Throws where it is no JSON. */
  readonly json: () => unknown;
}

/** Asks a worker at its `*.localhost` address, which Node itself does not resolve. Rejects when nothing answers. */
export async function askWorker(
  url: string,
  path: string,
  { method, headers = {}, json }: WorkerRequest = {},
): Promise<WorkerAnswer> {
  const isJson = json !== undefined;
  const sent = await exchange(new URL(path, url).href, {
    method: method ?? (isJson ? "POST" : "GET"),
    headers: { ...(isJson && { "content-type": "application/json" }), ...headers },
    ...(isJson && { body: JSON.stringify(json) }),
    timeoutMs: 30_000,
  });
  if (sent.kind === "noAnswer") throw new Error(sent.message);
  return { status: sent.status, text: sent.text, json: () => JSON.parse(sent.text) };
}
