import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import { answerOnce, begin, listen, refuse, status, unframed, whole } from "../../src/engine/rpc.ts";
import { remediation } from "./remediation.ts";

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
  /** The pack has ended: whatever is asked of it, now or later, is answered with the reason. */
  fail(reason: string): void;
  close(): void;
}

export async function startPolicyFront(): Promise<PolicyFront> {
  const stack = Promise.withResolvers<StackOfPack>();
  const pack = Promise.withResolvers<ClientHttp2Session>();
  pack.promise.catch(() => undefined);
  const ended = Promise.withResolvers<string>();
  const remediates = remediation();
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
        return answerOnce(stream, new analyzerproto.AnalyzerHandshakeResponse());
      case `${service}ConfigureStack`:
        whole(stream)
          .then((request) => {
            const environment = environmentOf(unframed(request));
            stackRequest = request;
            stack.resolve({ environment });
            answerOnce(stream, new analyzerproto.AnalyzerStackConfigureResponse());
          })
          .catch((error: Error) => refuse(stream, status.unavailable, error.message));
        return;
      case `${service}Remediate`:
        if (remediates.never()) {
          stream.resume();
          return answerOnce(stream, new analyzerproto.RemediateResponse());
        }
        return pass(stream, headers);
      case `${service}Configure`:
        return pass(stream, headers, { asked: remediates.configured });
      case `${service}GetAnalyzerInfo`:
        return pass(stream, headers, { answered: remediates.described });
      default:
        return pass(stream, headers);
    }
  });
  function pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, heard: Heard = {}): void {
    stack.resolve({ environment: {} });
    pack.promise.then(
      (session) => forward(stream, headers, session, ended.promise, heard),
      (error: Error) => refuse(stream, status.unavailable, error.message),
    );
  }
  const port = await listen(server);

  return {
    port,
    configured: stack.promise,
    attach(packPort) {
      const session = connect(`http://127.0.0.1:${packPort}`);
      sessions.add(session);
      session.on("error", (error) => pack.reject(error));
      if (stackRequest === undefined) return pack.resolve(session);
      configure(session, stackRequest).then(() => pack.resolve(session), pack.reject);
    },
    fail(reason) {
      pack.reject(new Error(reason));
      ended.resolve(reason);
    },
    close() {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

/** How long a pack may take to end after its connection has. */
const patienceMs = 2_000;

/** Passes one question to the pack and its answer back, headers and trailers as they are. */
function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  session: ClientHttp2Session,
  ended: Promise<string>,
  heard: Heard,
): void {
  const broken = async (error: Error): Promise<void> => {
    // The connection breaks a moment before the pack's end is known, and says nothing of the cause.
    const late = new Promise<string>((resolve) => setTimeout(resolve, patienceMs, error.message).unref());
    refuse(stream, status.unavailable, await Promise.race([ended, late]));
  };
  if (session.destroyed || session.closed) {
    broken(new Error("the policy pack's connection is closed"));
    return;
  }
  const upstream = session.request(headers);
  let trailers: IncomingHttpHeaders | undefined;
  upstream.on("response", (response, flags) => {
    // An answer that is over with its headers carries the failure in them.
    if (flags & endOfStream) return stream.respond(response, { endStream: true });
    begin(stream, response, () => trailers ?? {});
    upstream.pipe(stream, { end: false });
  });
  if (heard.asked !== undefined) collect(stream, heard.asked);
  if (heard.answered !== undefined) collect(upstream, heard.answered);
  upstream.on("trailers", (received) => {
    trailers = received;
  });
  upstream.on("end", () => {
    if (trailers !== undefined) stream.end();
  });
  upstream.on("error", broken);
  upstream.on("close", () => {
    if (!stream.writableEnded && !stream.destroyed)
      broken(new Error("the policy pack closed the connection"));
  });
  stream.on("aborted", () => upstream.close());
  stream.pipe(upstream);
}

const endOfStream = 0x1;

/** Who reads a question or an answer that passes through, once it is whole. */
interface Heard {
  readonly asked?: (request: Buffer) => void;
  readonly answered?: (answer: Buffer) => void;
}

function collect(stream: NodeJS.ReadableStream, read: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A question that failed has no body, and says nothing.
  stream.on("end", () => chunks.length > 0 && read(Buffer.concat(chunks)));
}

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
      const code = headers["grpc-status"];
      if (code === undefined) return;
      if (code === status.ok || code === status.unimplemented) resolve();
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
