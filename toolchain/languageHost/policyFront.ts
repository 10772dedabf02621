import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";

const unimplementedCode = "12";
const unavailableCode = "14";
const service = "/pulumirpc.Analyzer/";

/** What a policy pack learns of the stack, as the SDK's entry script reads it. */
export interface StackOfPack {
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Stands before a policy pack: answers Handshake and ConfigureStack at once, holds every other question until the pack runs, then passes bytes through.
 * It works on HTTP/2 streams, below gRPC: an `up` asks a pack about every resource twice, and unpacking each question here would cost more than the pack does.
 */
export interface PolicyFront {
  readonly port: number;
  /** Resolves when the engine has described the stack, or asked anything else first (then without one). */
  readonly configured: Promise<StackOfPack>;
  attach(packPort: number): void;
  fail(reason: string): void;
  close(): void;
}

export async function startPolicyFront(): Promise<PolicyFront> {
  const stack = Promise.withResolvers<StackOfPack>();
  const pack = Promise.withResolvers<ClientHttp2Session>();
  pack.promise.catch(() => undefined);
  let stackRequest: Buffer | undefined;

  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => stream.destroy());
    switch (headers[":path"]) {
      case `${service}Handshake`:
        stream.resume();
        return answer(stream, new analyzerproto.AnalyzerHandshakeResponse().serializeBinary());
      case `${service}ConfigureStack`:
        whole(stream)
          .then((request) => {
            const environment = environmentOf(unframed(request));
            stackRequest = request;
            stack.resolve({ environment });
            answer(stream, new analyzerproto.AnalyzerStackConfigureResponse().serializeBinary());
          })
          .catch((error: Error) => refuse(stream, unavailableCode, error.message));
        return;
      default:
        stack.resolve({ environment: {} });
        pack.promise.then(
          (session) => forward(stream, headers, session),
          (error: Error) => refuse(stream, unavailableCode, error.message),
        );
    }
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the policy front does not listen");

  return {
    port: address.port,
    configured: stack.promise,
    attach(packPort) {
      const session = connect(`http://127.0.0.1:${packPort}`);
      sessions.add(session);
      session.on("error", (error) => pack.reject(error));
      if (stackRequest === undefined) return pack.resolve(session);
      configure(session, stackRequest).then(() => pack.resolve(session), pack.reject);
    },
    fail: (reason) => pack.reject(new Error(reason)),
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

/** Passes one question to the pack and its answer back, headers and trailers as they are. */
function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, session: ClientHttp2Session): void {
  const upstream = session.request(headers);
  let trailers: IncomingHttpHeaders = {};
  upstream.on("response", (response, flags) => {
    // An answer that is over with its headers carries the failure in them.
    if (flags & endOfStream) return stream.respond(response, { endStream: true });
    stream.respond(response, { waitForTrailers: true });
    upstream.pipe(stream);
  });
  upstream.on("trailers", (received) => {
    trailers = received;
  });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  upstream.on("error", (error) => refuse(stream, unavailableCode, error.message));
  stream.on("aborted", () => upstream.close());
  stream.pipe(upstream);
}

const endOfStream = 0x1;

/** Tells the pack what the engine said of the stack. Packs older than this question answer "unimplemented", and then need nothing. */
function configure(session: ClientHttp2Session, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": `${service}ConfigureStack`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const settle = (headers: IncomingHttpHeaders): void => {
      const status = headers["grpc-status"];
      if (status === undefined) return;
      if (status === "0" || status === unimplementedCode) resolve();
      else
        reject(
          new Error(
            `policy pack configuration failed: ${decodeURIComponent(String(headers["grpc-message"]))}`,
          ),
        );
    };
    stream.on("response", settle).on("trailers", settle).on("error", reject).resume();
    stream.end(request);
  });
}

async function whole(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(framed(message));
}

function refuse(stream: ServerHttp2Stream, code: string, reason: string): void {
  if (stream.destroyed) return;
  if (stream.headersSent) {
    stream.destroy();
    return;
  }
  const message = encodeURIComponent(reason);
  stream.respond(
    { ":status": 200, "content-type": "application/grpc", "grpc-status": code, "grpc-message": message },
    { endStream: true },
  );
}

/** gRPC puts five bytes before a message: whether it is compressed, and its length. */
const frameBytes = 5;

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(frameBytes);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function unframed(body: Buffer): Uint8Array {
  if (body[0] !== 0) throw new Error("the engine compressed a message, which this front does not read");
  return body.subarray(frameBytes, frameBytes + body.readUInt32BE(1));
}

function environmentOf(message: Uint8Array): Record<string, string> {
  const request = analyzerproto.AnalyzerStackConfigureRequest.deserializeBinary(message);
  const named: [string, string][] = [
    ["PULUMI_NODEJS_ORGANIZATION", request.getOrganization()],
    ["PULUMI_NODEJS_PROJECT", request.getProject()],
    ["PULUMI_NODEJS_STACK", request.getStack()],
    ["PULUMI_NODEJS_DRY_RUN", String(request.getDryRun())],
    ["PULUMI_CONFIG", JSON.stringify(Object.fromEntries(request.getConfigMap().toObject()))],
  ];
  return Object.fromEntries(named.filter(([, value]) => value !== ""));
}
