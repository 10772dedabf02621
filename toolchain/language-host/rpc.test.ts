import grpc from "@grpc/grpc-js";
import analyzerservice from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import langservice from "@pulumi/pulumi/proto/language_grpc_pb.js";
import langproto from "@pulumi/pulumi/proto/language_pb.js";
import emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, expect, test } from "vitest";
import { RpcError, serve, status, unary } from "../../src/engine/rpc.ts";
import { startPolicyFront } from "./policy-front.ts";

// The other side of every call here is a real gRPC library.
const cleanup: (() => void)[] = [];
afterEach(() => {
  for (const close of cleanup.splice(0)) close();
});
const megabyte = 1024 * 1024;
const limits = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

async function language(methods: Parameters<typeof serve>[1]): Promise<langservice.LanguageRuntimeClient> {
  const port = await serve("pulumirpc.LanguageRuntime", methods);
  const client = new langservice.LanguageRuntimeClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
    limits,
  );
  cleanup.push(() => client.close());
  return client;
}

test("a large question gets a large answer", async () => {
  const client = await language({
    Run: unary(langproto.RunRequest, (request) => new langproto.RunResponse().setError(request.getProject())),
  });
  const project = "é".repeat(8 * megabyte);
  const answer = await new Promise<langproto.RunResponse>((resolve, reject) =>
    client.run(new langproto.RunRequest().setProject(project), (error, response) =>
      error ? reject(error) : resolve(response),
    ),
  );
  expect(answer.getError() === project).toBe(true);
});

test("many questions at once are kept apart", async () => {
  const client = await language({
    Run: unary(langproto.RunRequest, async (request) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return new langproto.RunResponse().setError(request.getStack());
    }),
  });
  const ask = (stack: string): Promise<string> =>
    new Promise((resolve, reject) =>
      client.run(new langproto.RunRequest().setStack(stack), (error, response) =>
        error ? reject(error) : resolve(response.getError()),
      ),
    );
  const names = Array.from({ length: 200 }, (_, i) => `stack-${i}`);
  expect(await Promise.all(names.map(ask))).toEqual(names);
});

const failureOf = (
  ask: (done: (error: grpc.ServiceError | null) => void) => void,
): Promise<grpc.ServiceError | null> => new Promise((resolve) => ask(resolve));

test("failures keep their code and their words, in any language", async () => {
  const client = await language({
    Run: async () => {
      throw new RpcError(status.unknown, "größer\nals 100 % ✗");
    },
  });
  const failed = await failureOf((done) => client.run(new langproto.RunRequest(), done));
  expect(failed).toMatchObject({ code: grpc.status.UNKNOWN, details: "größer\nals 100 % ✗" });
  const unknown = await failureOf((done) => client.cancel(new emptyproto.Empty(), done));
  expect(unknown).toMatchObject({ code: grpc.status.UNIMPLEMENTED });
});

test("an error nobody foresaw carries its stack", async () => {
  const client = await language({
    Run: async () => {
      throw new TypeError("a bug");
    },
  });
  const failed = await failureOf((done) => client.run(new langproto.RunRequest(), done));
  expect(failed?.code).toBe(grpc.status.INTERNAL);
  expect(failed?.details).toMatch(/TypeError: a bug[\s\S]*rpc\.test\.ts/);
});

test("a stream arrives piece by piece, and its failure after them", async () => {
  const client = await language({
    RunPlugin: async (call) => {
      for (const text of ["one", "two"]) {
        const message = new langproto.RunPluginResponse();
        message.setStdout(Buffer.from(text));
        call.send(message);
      }
      throw new RpcError(status.unknown, "then it broke");
    },
  });
  const stream = client.runPlugin(new langproto.RunPluginRequest());
  const got: string[] = [];
  stream.on("data", (message: langproto.RunPluginResponse) =>
    got.push(Buffer.from(message.getStdout_asU8()).toString()),
  );
  const failed = await new Promise<grpc.ServiceError>((resolve) =>
    stream.on("error", (error: grpc.ServiceError) => resolve(error)),
  );
  expect(got).toEqual(["one", "two"]);
  expect(failed.details).toBe("then it broke");
});

test("the method hears when the engine has given up", async () => {
  const [asked, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const client = await language({
    RunPlugin: (call) =>
      new Promise((resolve) => {
        asked.resolve();
        call.signal.addEventListener("abort", () => {
          heard.resolve();
          resolve();
        });
      }),
  });
  const stream = client.runPlugin(new langproto.RunPluginRequest());
  stream.on("error", () => undefined);
  await asked.promise; // what is given up before it was sent reaches nobody
  stream.cancel();
  await heard.promise;
});

type Handlers = Partial<analyzerservice.IAnalyzerServer>;

/** A policy pack of the real gRPC library behind the front. */
async function pack(handlers: grpc.UntypedServiceImplementation): Promise<number> {
  const server = new grpc.Server(limits);
  const unimplemented = (_call: unknown, answer: grpc.sendUnaryData<never>): void =>
    answer({ code: grpc.status.UNIMPLEMENTED });
  const names = Object.keys(analyzerservice.AnalyzerService);
  server.addService(analyzerservice.AnalyzerService, {
    ...Object.fromEntries(names.map((name) => [name, unimplemented])),
    ...handlers,
  });
  cleanup.push(() => server.forceShutdown());
  return new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
}

async function fronted(): Promise<{
  front: Awaited<ReturnType<typeof startPolicyFront>>;
  engine: analyzerservice.AnalyzerClient;
}> {
  const front = await startPolicyFront();
  const engine = new analyzerservice.AnalyzerClient(
    `127.0.0.1:${front.port}`,
    grpc.credentials.createInsecure(),
    limits,
  );
  cleanup.push(() => engine.close(), front.close);
  return { front, engine };
}

test("a pack is told of the stack once, then asked, with large messages and failures as they are", async () => {
  const { front, engine } = await fronted();
  const request = new analyzerproto.AnalyzerStackConfigureRequest()
    .setStack("dev")
    .setProject("shop")
    .setDryRun(true);
  request.getConfigMap().set("shop:word", "hello");
  expect(await failureOf((done) => engine.configureStack(request, done))).toBeNull();
  expect((await front.configured).environment).toMatchObject({
    PULUMI_NODEJS_STACK: "dev",
    PULUMI_NODEJS_PROJECT: "shop",
    PULUMI_NODEJS_DRY_RUN: "true",
    PULUMI_CONFIG: '{"shop:word":"hello"}',
  });
  // Asked before the pack runs: held, not refused.
  const held = failureOf((done) => engine.remediate(new analyzerproto.AnalyzeRequest(), done));
  const seen: string[] = [];
  front.attach(
    await pack({
      configureStack: (call, answer) => {
        seen.push(call.request.getStack());
        answer(null, new analyzerproto.AnalyzerStackConfigureResponse());
      },
      analyze: (call, answer) => {
        const found = new analyzerproto.AnalyzeDiagnostic().setMessage(call.request.getName());
        answer(null, new analyzerproto.AnalyzeResponse().setDiagnosticsList([found]));
      },
      remediate: (_call, answer) =>
        answer({ code: grpc.status.FAILED_PRECONDITION, details: "nicht möglich" }),
    } satisfies Handlers),
  );
  expect(await held).toMatchObject({ code: grpc.status.FAILED_PRECONDITION, details: "nicht möglich" });
  const name = "x".repeat(5 * megabyte);
  const response = await new Promise<analyzerproto.AnalyzeResponse>((resolve, reject) =>
    engine.analyze(new analyzerproto.AnalyzeRequest().setName(name), (error, answer) =>
      error ? reject(error) : resolve(answer),
    ),
  );
  expect(response.getDiagnosticsList()[0]?.getMessage() === name).toBe(true);
  expect(seen).toEqual(["dev"]);
});

test("a pack without a rule that changes resources is not asked to change them, until its configuration has one", async () => {
  const { front, engine } = await fronted();
  const { EnforcementLevel } = analyzerproto;
  let asked = 0;
  front.attach(
    await pack({
      getAnalyzerInfo: (_call, answer) =>
        answer(
          null,
          new analyzerproto.AnalyzerInfo().setPoliciesList([
            new analyzerproto.PolicyInfo().setEnforcementlevel(EnforcementLevel.MANDATORY),
          ]),
        ),
      configure: (_call, answer) => answer(null, new emptyproto.Empty()),
      remediate: (_call, answer) => {
        asked += 1;
        answer(null, new analyzerproto.RemediateResponse());
      },
    } satisfies Handlers),
  );
  const remediate = (): Promise<unknown> =>
    failureOf((done) => engine.remediate(new analyzerproto.AnalyzeRequest(), done));
  // Before the pack has said what it has, it is asked.
  expect(await remediate()).toBeNull();
  expect(asked).toBe(1);
  expect(await failureOf((done) => engine.getAnalyzerInfo(new emptyproto.Empty(), done))).toBeNull();
  expect(await remediate()).toBeNull();
  expect(asked).toBe(1);
  const configuration = new analyzerproto.ConfigureAnalyzerRequest();
  configuration
    .getPolicyconfigMap()
    .set("rule", new analyzerproto.PolicyConfig().setEnforcementlevel(EnforcementLevel.REMEDIATE));
  expect(await failureOf((done) => engine.configure(configuration, done))).toBeNull();
  expect(await remediate()).toBeNull();
  expect(asked).toBe(2);
});

test("a pack older than the question about the stack is used all the same", async () => {
  const { front, engine } = await fronted();
  expect(
    await failureOf((done) => engine.configureStack(new analyzerproto.AnalyzerStackConfigureRequest(), done)),
  ).toBeNull();
  front.attach(
    await pack({
      analyze: (_call, answer) => answer(null, new analyzerproto.AnalyzeResponse()),
    } satisfies Handlers),
  );
  expect(await failureOf((done) => engine.analyze(new analyzerproto.AnalyzeRequest(), done))).toBeNull();
});

test("a pack that ended before it could be asked fails the question, with the reason", async () => {
  const { front, engine } = await fronted();
  const asked = failureOf((done) => engine.getAnalyzerInfo(new emptyproto.Empty(), done));
  await front.configured;
  front.fail("the policy pack ended");
  expect(await asked).toMatchObject({ code: grpc.status.UNAVAILABLE, details: "the policy pack ended" });
});

test("a pack that dies in the middle fails the question instead of hanging it", async () => {
  const { front, engine } = await fronted();
  const port = await pack({
    analyze: () => {
      setTimeout(() => cleanup.pop()?.(), 50);
    },
  } satisfies Handlers);
  front.attach(port);
  const failed = await failureOf((done) => engine.analyze(new analyzerproto.AnalyzeRequest(), done));
  expect(failed?.code).toBeGreaterThan(0);
});
