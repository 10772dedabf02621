import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** The sending end of a WebSocket. What the other side says is read and dropped, but pings and farewells are answered. */
export interface Sender {
  readonly send: (text: string) => void;
  /** Says goodbye with a code such as 1000 and ends the connection. */
  readonly close: (code: number) => void;
}

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** More than any control frame; who sends more to an end that reads nothing is cut off. */
const maximumBytes = 1024 * 1024;

/**
 * Completes the handshake. By hand because wrangler sends its first frame without a mask, which Cloudflare takes and every
 * library that keeps to the letter of RFC 6455 refuses.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: { readonly protocol: string; readonly onClose: () => void },
): Sender | undefined {
  const key = request.headers["sec-websocket-key"];
  if (key === undefined || request.headers["sec-websocket-version"] !== "13") {
    refuseUpgrade(socket, "400 Bad Request");
    return undefined;
  }
  const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${options.protocol}\r\n\r\n`,
  );
  const close = (code: number): void => {
    if (!socket.writable) return;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    socket.write(frame(opcodes.close, payload));
    socket.end();
    setTimeout(() => socket.destroy(), 1_000).unref(); // who does not hang up is cut off
  };
  let pending: Buffer = head;
  const read = (): void => {
    for (let next = parse(pending); next !== undefined; next = parse(pending)) {
      pending = next.rest;
      if (next.opcode === opcodes.close) close(1000);
      if (next.opcode === opcodes.ping && socket.writable) socket.write(frame(opcodes.pong, next.payload));
    }
    if (pending.length > maximumBytes) socket.destroy();
  };
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    read();
  });
  socket.once("close", options.onClose);
  socket.once("end", () => socket.end());
  read();
  return {
    send: (text) => {
      if (socket.writable) socket.write(frame(opcodes.text, Buffer.from(text)));
    },
    close,
  };
}

export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** One whole frame to a client: final, without a mask. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const header = Buffer.alloc(length < 65_536 ? 4 : 10);
  header[0] = first;
  header[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly rest: Buffer;
}

/** The first frame of what was received; undefined when it is not complete. */
function parse(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const masked = (bytes.readUInt8(1) & 0x80) !== 0;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extended + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length =
    extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (masked)
    for (let i = 0; i < length; i++)
      payload.writeUInt8(payload.readUInt8(i) ^ bytes.readUInt8(start - 4 + (i % 4)), i);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, rest: bytes.subarray(start + length) };
}
