import { exchange } from "../src/cloudflare/exchange.ts";

/**
 * What is asked; a GET where nothing is said.
 *
 * @example
 * const request: WorkerRequest = { json: { text: "a note" }, headers: { authorization: "Bearer for-tests" } };
 */
export interface WorkerRequest {
  /** The HTTP method. @default - GET, or POST with a body */
  readonly method?: string;
  /** Names in any case. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. @default - no body */
  readonly json?: unknown;
}

/**
 * What a worker answered.
 *
 * @example
 * const isThere = ({ status }: WorkerAnswer): boolean => status === 200;
 */
export interface WorkerAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** The body. */
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
