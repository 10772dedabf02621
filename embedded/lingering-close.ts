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

/** Answers a request whose body may not have been received to its end, which is a refusal; see {@link endBesideBody}. */
export function answerBesideBody(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Answer,
): void {
  request.resume(); // what was not read is in the way of the next request
  if (isOver(request, response)) {
    response.writeHead(status, headers).end(body);
    return;
  }
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "content-length": String(bytes.length) }).write(bytes);
  endBesideBody(request, response);
}

/**
 * Ends an answer of which everything was sent. Where the connection is to be closed, it is closed behind the request's body: closing a socket with unread
 * bytes in it resets the connection, and who is still sending would get a broken pipe and lose the answer (RFC 9112, 9.6). Somebody else reads the body.
 */
export function endBesideBody(request: IncomingMessage, response: ServerResponse): void {
  if (isOver(request, response)) {
    response.end();
    return;
  }
  const end = (): void => void response.end();
  const idle = setTimeout(end, idleMs);
  request.on("data", () => idle.refresh()).once("end", end);
  response.once("close", () => clearTimeout(idle));
}

const isOver = (request: IncomingMessage, response: ServerResponse): boolean =>
  request.complete || response.shouldKeepAlive || !hasBody(request);
