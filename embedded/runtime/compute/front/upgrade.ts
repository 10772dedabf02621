import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Cell } from "../cell/cell.ts";
import type { ReportListeners } from "../cell/report.ts";
import { answered, forwarded } from "./headers.ts";
import { exceptionPage, runtimeEnded, type TextAnswer } from "./pages.ts";
import { triggerOf } from "./proxy.ts";

/** A WebSocket: after the heads, bytes both ways. It counts like a request for as long as it is open. */
export async function proxyUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  cell: Cell,
  options: ReportListeners & { readonly nonce: string },
): Promise<void> {
  if (socket.destroyed) return; // the visitor left while the cell was starting: nothing would end the count
  const atMs = Date.now();
  const startedAt = performance.now();
  let status = 0;
  let exception = false;
  cell.inflight += 1;
  socket.once("close", () => {
    cell.inflight -= 1;
    cell.lastActiveMs = Date.now();
    const { account, script } = cell.name;
    const wallMs = performance.now() - startedAt;
    options.onInvocation({
      account,
      script,
      version: cell.version.id,
      atMs,
      wallMs,
      status,
      exception,
      event: "websocket",
      trigger: triggerOf(request),
    });
  });
  const up = httpRequest({
    agent: false,
    host: "127.0.0.1",
    port: cell.httpPort,
    path: request.url,
    method: request.method,
    headers: forwarded(request, cell.key),
  });
  const upgraded = new Promise<{ answer: IncomingMessage; through: Duplex | undefined; first: Buffer }>(
    (resolve) => {
      up.once("upgrade", (answer, through, first) => resolve({ answer, through, first }));
      up.once("response", (answer) => resolve({ answer, through: undefined, first: Buffer.alloc(0) }));
    },
  );
  const failed = once(up, "error").then(([error]) => Promise.reject(error));
  up.on("error", () => {}); // the first one is `failed`; what comes after it changes nothing
  socket.on("close", () => up.destroy());
  up.end();
  try {
    const { answer, through, first } = await Promise.race([upgraded, failed]);
    exception = answer.headers["x-lockstep-exception"] === options.nonce;
    status = answer.statusCode ?? 502;
    if (exception) return endWith(socket, exceptionPage(request, cell.name.script));
    if (through === undefined) {
      const headers = [...answered(answer.rawHeaders), "connection", "close"]; // the body ends with the connection
      socket.write(headOf(status, answer.statusMessage ?? "", headers));
      answer.on("error", () => socket.destroy());
      answer.pipe(socket);
      return;
    }
    socket.write(headOf(status, answer.statusMessage ?? "", answer.rawHeaders));
    socket.write(first);
    through.write(head);
    through.on("error", () => socket.destroy());
    through.on("close", () => socket.destroy());
    socket.on("close", () => through.destroy());
    socket.pipe(through).pipe(socket);
  } catch {
    status = 502;
    exception = true;
    endWith(socket, runtimeEnded(cell));
  }
}

function headOf(status: number, message: string, rawHeaders: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${message}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** An answer of the front door itself to somebody who asked for a WebSocket. */
export function endWith(socket: Duplex, { status, headers, text }: TextAnswer): void {
  const all = { ...headers, connection: "close", "content-length": String(Buffer.byteLength(text)) };
  socket.end(headOf(status, "Refused", Object.entries(all).flat()) + text);
}
