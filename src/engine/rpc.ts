// The few lines of gRPC that a plugin of the engine needs, on node:http2. Loading a whole gRPC library would be half of what a language host or a policy
// pack costs, and an `up` starts the former three times. Messages are not compressed: the engine never does.
import { createServer, type Http2Server, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";

/** gRPC's status codes, as far as they are used here. */
export const status = {
  ok: "0",
  unknown: "2",
  unimplemented: "12",
  internal: "13",
  unavailable: "14",
} as const;

/** A failure that the engine shows as it is. */
export class RpcError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
  }
}

interface Message {
  serializeBinary(): Uint8Array;
}

/** One question of the engine: what it asked, and how to answer, with any number of messages. */
export interface Call {
  readonly request: Uint8Array;
  /** Aborted when the engine has given up on the answer. */
  readonly signal: AbortSignal;
  send(message: Message): void;
}

/** Answers one question; the call is over when it resolves, and failed when it rejects. */
export type Method = (call: Call) => Promise<void>;

/** A method with one request and one answer. */
export function unary<Q>(
  type: { deserializeBinary(bytes: Uint8Array): Q },
  reply: (request: Q) => Message | Promise<Message>,
): Method {
  return async (call) => call.send(await reply(type.deserializeBinary(call.request)));
}

/** Serves `methods` (by their names in the protocol) on a free port of 127.0.0.1. */
export async function serve(service: string, methods: Readonly<Record<string, Method>>): Promise<number> {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => stream.destroy());
    const name = String(headers[":path"]).replace(`/${service}/`, "");
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) {
      stream.resume();
      return refuse(stream, status.unimplemented, `${name} is not part of this service`);
    }
    answer(stream, method).catch((error: unknown) => {
      const code = error instanceof RpcError ? error.code : status.internal;
      const said =
        error instanceof Error ? (error instanceof RpcError ? error.message : error.stack) : undefined;
      refuse(stream, code, said ?? String(error));
    });
  });
  return listen(server);
}

async function answer(stream: ServerHttp2Stream, method: Method): Promise<void> {
  const gone = new AbortController();
  stream.once("aborted", () => gone.abort());
  const request = unframed(await whole(stream));
  await method({
    request,
    signal: gone.signal,
    send(message) {
      if (stream.destroyed) return;
      begin(stream);
      stream.write(framed(message.serializeBinary()));
    },
  });
  if (stream.destroyed) return;
  begin(stream);
  stream.end();
}

/** Headers go out with the first message; the status follows as a trailer when the answer is over. */
export function begin(
  stream: ServerHttp2Stream,
  headers: OutgoingHttpHeaders = { ":status": 200, "content-type": "application/grpc" },
  trailers: () => OutgoingHttpHeaders = () => ({ "grpc-status": status.ok }),
): void {
  if (stream.headersSent) return;
  stream.respond(headers, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers(failures.get(stream) ?? trailers()));
}

const failures = new WeakMap<ServerHttp2Stream, Readonly<Record<string, string>>>();

/** Ends a call as failed, before or after its first message. */
export function refuse(stream: ServerHttp2Stream, code: string, reason: string): void {
  if (stream.destroyed) return;
  failures.set(stream, { "grpc-status": code, "grpc-message": percentEncoded(reason) });
  begin(stream);
  stream.end();
}

/** As gRPC writes a status message: everything but printable ASCII, and the percent sign, as bytes in hexadecimal. */
function percentEncoded(text: string): string {
  return [...Buffer.from(text, "utf8")]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

/** Answers with one message. */
export function answerOnce(stream: ServerHttp2Stream, message: Message): void {
  begin(stream);
  stream.end(framed(message.serializeBinary()));
}

export function listen(server: Http2Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
      else reject(new Error("the server does not listen on a port"));
    });
  });
}

/** gRPC puts five bytes before a message: whether it is compressed, and its length. */
const frameBytes = 5;

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(frameBytes);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function unframed(body: Buffer): Uint8Array {
  if (body.length < frameBytes || body[0] !== 0)
    throw new RpcError(status.unimplemented, "messages must not be compressed");
  return body.subarray(frameBytes, frameBytes + body.readUInt32BE(1));
}

export async function whole(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    stream.once("end", () => resolve(Buffer.concat(chunks)));
    stream.once("close", () => reject(new RpcError(status.unavailable, "the engine has gone")));
  });
}
