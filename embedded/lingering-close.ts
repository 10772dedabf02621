import type { IncomingMessage, ServerResponse } from "node:http";

/** Whether the request says that it has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** How long a sender that sends nothing more is waited for. */
const idleMs = 5_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/**
 * Answers a request whose body may not have been received to its end, which is a refusal. Where the connection is to be closed, it is closed behind
 * that body: closing a socket with unread bytes in it resets the connection, and who is still sending would get a broken pipe and lose the answer (RFC
 * 9112, 9.6).
 */
export function answerBesideBody(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): void {
  request.resume(); // what was not read is in the way of the next request
  if (request.complete || response.shouldKeepAlive || !hasBody(request)) {
    response.writeHead(status, headers).end(body);
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": String(bytes.length) }).write(bytes);
  request.once("end", () => response.end());
  request.socket.setTimeout(idleMs);
}
