import grpc from "@grpc/grpc-js";
import pluginproto from "@pulumi/pulumi/proto/plugin_pb.js";
import service, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import structproto from "google-protobuf/google/protobuf/struct_pb.js";
import { create, differences, invokeRun, remove, type Show, update } from "./command.ts";
import { killRunning } from "./execute.ts";
import { failures } from "./inputs.ts";
import type { Values } from "./values.ts";
import { sdkVersion } from "./version.ts";

type Struct = InstanceType<typeof structproto.Struct>;

export interface CommandProviderOptions {
  /** Where the output of running commands is shown. Given by the engine when it starts the plugin. */
  readonly engineAddress?: string;
  /** To listen on, on 127.0.0.1. @default any free one */
  readonly port?: number;
}

/** As large as the engine's own: what a command printed is in every later question about it. */
const messageLimits = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** Serves `command:local:Command` and `command:local:run` to a Pulumi engine. */
export async function serveCommandProvider(
  options: CommandProviderOptions,
): Promise<{ port: number; close: () => void }> {
  const showFor = await messages(options.engineAddress);
  const server = new grpc.Server(messageLimits);
  const handlers = {
    checkConfig: unary((request) => new provider.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() =>
      new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: unary(() =>
      new provider.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setSupportspreview(true)
        .setAcceptoutputs(false),
    ),
    getPluginInfo: unary(() => new pluginproto.PluginInfo().setVersion(sdkVersion())),
    attach: unary(() => new emptyproto.Empty()),
    cancel: unary(() => {
      killRunning();
      return new emptyproto.Empty();
    }),
    check: unary((request) => {
      known(request.getUrn());
      const response = new provider.CheckResponse().setInputs(request.getNews());
      response.setFailuresList(
        failures(plain(request.getNews())).map(({ property, reason }) =>
          new provider.CheckFailure().setProperty(property).setReason(reason),
        ),
      );
      return response;
    }),
    diff: unary((request) => {
      const { diffs, replaces } = differences(plain(request.getOldInputs()), plain(request.getNews()));
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      return new provider.DiffResponse()
        .setChanges(diffs.length === 0 ? DIFF_NONE : DIFF_SOME)
        .setDiffsList(diffs)
        .setReplacesList(replaces);
    }),
    create: unary(async (request) => {
      const urn = request.getUrn();
      const { id, state } = await create(
        nameIn(urn),
        plain(request.getProperties()),
        request.getPreview(),
        showFor(urn),
      );
      return new provider.CreateResponse().setId(request.getPreview() ? "" : id).setProperties(struct(state));
    }),
    update: unary(async (request) => {
      const state = await update(
        plain(request.getOlds()),
        plain(request.getNews()),
        request.getPreview(),
        showFor(request.getUrn()),
      );
      return new provider.UpdateResponse().setProperties(struct(state));
    }),
    delete: unary(async (request) => {
      await remove(plain(request.getProperties()), showFor(request.getUrn()));
      return new emptyproto.Empty();
    }),
    read: unary((request) =>
      new provider.ReadResponse()
        .setId(request.getId())
        .setProperties(request.getProperties())
        .setInputs(request.getInputs()),
    ),
    invoke: unary(async (request) => {
      if (request.getTok() !== "command:local:run")
        throw new Error(`${request.getTok()} is not served here; there is command:local:run`);
      return new provider.InvokeResponse().setReturn(
        struct(await invokeRun(plain(request.getArgs()), showFor(""))),
      );
    }),
  } satisfies Partial<IResourceProviderServer>;
  const others = Object.keys(service.ResourceProviderService).filter((name) => !(name in handlers));
  server.addService(service.ResourceProviderService, {
    ...Object.fromEntries(others.map((name) => [name, refuse(name)])),
    ...handlers,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `127.0.0.1:${options.port ?? 0}`,
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

function unary<Q, A>(reply: (request: Q) => A | Promise<A>): grpc.handleUnaryCall<Q, A> {
  return (call, answer) => {
    new Promise<A>((resolve) => resolve(reply(call.request))).then(
      (response) => answer(null, response),
      (error: unknown) =>
        answer({
          code: grpc.status.UNKNOWN,
          details: error instanceof Error ? error.message : String(error),
        }),
    );
  };
}

function refuse(name: string): (call: unknown, answer: grpc.sendUnaryData<unknown>) => void {
  return (_call, answer) =>
    answer({ code: grpc.status.UNIMPLEMENTED, details: `${name} is not part of this provider` });
}

/** Only local commands are served; a remote one must not fail half-way. */
function known(urn: string): void {
  const type = urn.split("::")[2]?.split("$").at(-1);
  if (type !== "command:local:Command")
    throw new Error(
      `${type} is not served here; there is command:local:Command (remote commands need Pulumi's own provider)`,
    );
}

const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
const plain = (message: Struct | undefined): Values => message?.toJavaScript() ?? {};
const struct = (values: Values): Struct =>
  structproto.Struct.fromJavaScript(JSON.parse(JSON.stringify(values)));

/** Lines go to the engine as passing messages of the resource that runs the command. */
async function messages(engineAddress: string | undefined): Promise<(urn: string) => Show> {
  if (engineAddress === undefined) return () => async () => undefined;
  const { default: engine } = await import("@pulumi/pulumi/proto/engine_grpc_pb.js");
  const { default: engineproto } = await import("@pulumi/pulumi/proto/engine_pb.js");
  const client = new engine.EngineClient(engineAddress, grpc.credentials.createInsecure());
  return (urn) => async (line) => {
    const message = new engineproto.LogRequest();
    message.setSeverity(engineproto.LogSeverity.INFO);
    message.setMessage(line);
    message.setUrn(urn);
    message.setEphemeral(true);
    // A line that could not be shown is no reason to fail the command.
    await new Promise<void>((resolve) => client.log(message, () => resolve()));
  };
}
