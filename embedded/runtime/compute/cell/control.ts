import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { keyHeader } from "../../door-key.ts";
import type { Cell } from "./cell.ts";

/** The cell's workerd is starting, ending, crashed, or so busy that it did not answer in time. */
export class CellUnreachable extends Error {
  /** It is there, but did not answer. */
  readonly silent: boolean;
  constructor(cell: Cell, cause: Error) {
    super(`The runtime of ${cell.name.script} cannot be reached: ${cause.message}`, { cause });
    this.name = "CellUnreachable";
    this.silent = cause.name === "AbortError";
  }
}

/**
 * Asks the cell's link something, past the user's worker; answers with parsed JSON.
 * Without `limitMs` it waits as long as it takes. Throws {@link CellUnreachable}.
 */
export async function askLink(
  cell: Cell,
  path: "/ask" | "/peers" | "/ping" | "/queue" | "/scheduled",
  body: unknown,
  limitMs?: number,
): Promise<unknown> {
  const { hostname: host, port } = cell.controlUrl;
  const request = httpRequest({
    // A kept connection may be closed by the other side at this very moment, and nobody would know what became of a message.
    agent: false,
    host,
    port,
    path,
    method: "POST",
    headers: { [keyHeader]: cell.key },
    ...(limitMs === undefined ? {} : { signal: AbortSignal.timeout(limitMs) }),
  });
  let status: number | undefined;
  let text = "";
  request.on("error", () => {}); // `once` and the loop below tell of the first; one that comes later would end the process
  try {
    request.end(JSON.stringify(body));
    const [response]: IncomingMessage[] = await once(request, "response");
    status = response?.statusCode;
    for await (const chunk of response ?? []) text += String(chunk);
  } catch (error) {
    throw error instanceof Error ? new CellUnreachable(cell, error) : error;
  }
  if (status !== 200)
    throw new Error(`The runtime of ${cell.name.script} failed at ${path}: ${status} ${text}`);
  const answer: unknown = JSON.parse(text);
  return answer;
}
