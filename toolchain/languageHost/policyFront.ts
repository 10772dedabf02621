import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";

const maxMessageBytes = 400 * 1024 * 1024;
const unimplementedCode = 12;
const unavailableCode = 14;

/** What a policy pack learns of the stack, as the SDK's entry script reads it. */
export interface StackOfPack {
  readonly environment: Readonly<Record<string, string>>;
}

/** Stands before a policy pack: answers Handshake and ConfigureStack at once, holds every other question until the pack runs, then passes bytes through. */
export interface PolicyFront {
  readonly port: number;
  /** Resolves when the engine has described the stack, or asked anything else first (then without one). */
  readonly configured: Promise<StackOfPack>;
  attach(packPort: number): void;
  fail(reason: string): void;
  close(): void;
}

type Call = ServerUnaryCall<Buffer, Buffer>;
const identity = (bytes: Buffer): Buffer => bytes;

export async function startPolicyFront(): Promise<PolicyFront> {
  const stack = Promise.withResolvers<StackOfPack>();
  const pack = Promise.withResolvers<Client>();
  pack.promise.catch(() => undefined);
  let stackRequest: Buffer | undefined;

  const forward =
    (path: string) =>
    (call: Call, answer: sendUnaryData<Buffer>): void => {
      stack.resolve({ environment: {} });
      pack.promise.then(
        (client) =>
          client.makeUnaryRequest(path, identity, identity, call.request, call.metadata, (error, reply) =>
            answer(error, reply),
          ),
        (error: Error) => answer({ code: unavailableCode, details: error.message }),
      );
    };
  const handlers: Record<string, (call: Call, answer: sendUnaryData<Buffer>) => void> = {
    handshake: (_call, answer) =>
      answer(null, Buffer.from(new analyzerproto.AnalyzerHandshakeResponse().serializeBinary())),
    configureStack: (call, answer) => {
      stackRequest = call.request;
      stack.resolve({
        environment: environmentOf(
          analyzerproto.AnalyzerStackConfigureRequest.deserializeBinary(call.request),
        ),
      });
      answer(null, Buffer.from(new analyzerproto.AnalyzerStackConfigureResponse().serializeBinary()));
    },
  };
  const methods = Object.entries(AnalyzerService).map(([name, method]) => ({ name, path: method.path }));
  const definition = Object.fromEntries(
    methods.map(({ name, path }) => [
      name,
      {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    ]),
  );
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(
    definition,
    Object.fromEntries(methods.map(({ name, path }) => [name, handlers[name] ?? forward(path)])),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });

  return {
    port,
    configured: stack.promise,
    attach(packPort) {
      const client = new Client(`127.0.0.1:${packPort}`, credentials.createInsecure(), {
        "grpc.max_receive_message_length": maxMessageBytes,
        "grpc.max_send_message_length": maxMessageBytes,
      });
      const path = AnalyzerService.configureStack.path;
      if (stackRequest === undefined) return pack.resolve(client);
      client.makeUnaryRequest(path, identity, identity, stackRequest, (error) => {
        // Packs older than this question answer "unimplemented", and then need nothing.
        if (error === null || error.code === unimplementedCode) pack.resolve(client);
        else pack.reject(new Error(`policy pack configuration failed: ${error.details}`));
      });
    },
    fail: (reason) => pack.reject(new Error(reason)),
    close() {
      server.forceShutdown();
      pack.promise.then(
        (client) => client.close(),
        () => undefined,
      );
    },
  };
}

function environmentOf(request: analyzerproto.AnalyzerStackConfigureRequest): Record<string, string> {
  const named: [string, string][] = [
    ["PULUMI_NODEJS_ORGANIZATION", request.getOrganization()],
    ["PULUMI_NODEJS_PROJECT", request.getProject()],
    ["PULUMI_NODEJS_STACK", request.getStack()],
    ["PULUMI_NODEJS_DRY_RUN", String(request.getDryRun())],
    ["PULUMI_CONFIG", JSON.stringify(Object.fromEntries(request.getConfigMap().toObject()))],
  ];
  return Object.fromEntries(named.filter(([, value]) => value !== ""));
}
