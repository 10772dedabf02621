import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Cell } from "./cell.ts";
import { forwarded } from "./headers.ts";

/** A WebSocket: after the head, bytes both ways. It counts like a request for as long as it is open. */
export function proxyUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, cell: Cell): void {
  const headers = forwarded(request);
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  const up = connect(cell.httpPort, "127.0.0.1", () => {
    up.write(`${lines.join("\r\n")}\r\n\r\n`);
    up.write(head);
    socket.pipe(up).pipe(socket);
  });
  cell.inflight += 1;
  up.once("close", () => {
    cell.inflight -= 1;
    cell.lastActiveMs = Date.now();
    socket.destroy();
  });
  up.on("error", () => socket.destroy());
  socket.on("close", () => up.destroy());
}
