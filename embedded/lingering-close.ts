import type { IncomingMessage, ServerResponse } from "node:http";

/** Whether the request says that it has a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/**
 * Closes the connection of a request with `connection: close` once its body was received too, and not as soon as it is answered:
 * an answer that comes before the body's end is a refusal, and closing a socket with unread bytes in it resets the connection. Who is
 * still sending would get a broken pipe and lose the answer (RFC 9112, 9.6). A sender that sends nothing more is waited for as
 * long as the server's `keepAliveTimeout`.
 */
export function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  if (response.shouldKeepAlive || !hasBody(request)) return;
  response.shouldKeepAlive = true;
  response.once("finish", () => {
    const { socket } = request;
    if (request.complete) return void socket.destroySoon();
    request.resume().once("end", () => socket.destroySoon());
  });
}
