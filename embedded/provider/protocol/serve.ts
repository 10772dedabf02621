import { createRequire } from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import service, { type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { apiClient } from "../client/http.ts";
import type { HookContext } from "../facts/kind.ts";
import { secret } from "../values/secret.ts";
import { same, text, type Values } from "../values/values.ts";
import { configFailures } from "./config.ts";
import { invoke } from "./invoke.ts";
import * as resource from "./resource-rpc.ts";
import { rpcError } from "./rpc-error.ts";
import { schema } from "./schema.ts";
import { fromStruct, toStruct } from "./struct.ts";

export interface ServeOptions {
  /** To listen on, on 127.0.0.1. @default any free one */
  readonly port?: number;
  /** `http://127.0.0.1:<port>` of the embedded API; nothing else can be reached. */
  readonly apiOrigin: string;
  /** Where relative paths in programs (contentFile, assets.directory) start. @default the folder of the process */
  readonly folder?: string;
  readonly log: (line: string) => void;
}

export interface ServedProvider {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** An engine sends what it deploys in one message; bundles travel in it. */
const maximumMessageBytes = 400 * 1024 * 1024;
/** Each provider of each run is a connection; its number stays small, and so does this memory of them. */
const maximumConnections = 4096;

const version: string = readVersion();

/**
 * The Cloudflare provider of the embedded Cloudflare: speaks Pulumi's provider protocol on 127.0.0.1 and is attached with
 * `PULUMI_DEBUG_PROVIDERS=cloudflare:<port>`. It keeps no state of any stack.
 */
export async function serveProvider(options: ServeOptions): Promise<ServedProvider> {
  const folder = resolve(options.folder ?? process.cwd());
  const files = (path: string): string =>
    path.startsWith("~/") ? join(homedir(), path.slice(2)) : isAbsolute(path) ? path : join(folder, path);
  const tokens = new Map<string, string>();
  const contextOf = (call: grpc.ServerUnaryCall<unknown, unknown>): HookContext | undefined => {
    const token = tokens.get(call.getPeer());
    if (token === undefined) return undefined;
    const gone = new AbortController();
    call.once("cancelled", () => gone.abort());
    return { api: apiClient(options.apiOrigin, token, gone.signal), files };
  };

  const unary =
    <Request, Response>(
      work: (request: Request, context: HookContext | undefined) => Response | Promise<Response>,
      inputsOf?: (request: Request) => Values,
    ): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) => {
      new Promise<Response>((fulfil) => fulfil(work(call.request, contextOf(call)))).then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback(rpcError(error, call.cancelled ? () => {} : options.log, inputsOf?.(call.request)), null),
      );
    };
  const unimplemented = (name: string) => ({
    code: grpc.status.UNIMPLEMENTED,
    details: `${name} is not part of this provider`,
  });
  const refused =
    <Request, Response>(name: string): grpc.handleUnaryCall<Request, Response> =>
    (_call, callback) =>
      callback(unimplemented(name), null);

  const server = new grpc.Server({
    "grpc.max_receive_message_length": maximumMessageBytes,
    "grpc.max_send_message_length": maximumMessageBytes,
  });
  const implementation: IResourceProviderServer = {
    handshake: refused("Handshake"),
    parameterize: refused("Parameterize"),
    call: refused("Call"),
    construct: refused("Construct"),
    getMapping: refused("GetMapping"),
    getMappings: refused("GetMappings"),
    list: (call) =>
      call.destroy(Object.assign(new Error("List is not part of this provider"), unimplemented("List"))),
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    getSchema: unary(() => new provider.GetSchemaResponse().setSchema(schema(version))),
    checkConfig: unary((request) => {
      const config = fromStruct(request.getNews());
      const response = new provider.CheckResponse();
      response.setInputs(toStruct(withSecrets(config)));
      response.setFailuresList(resource.failureMessages(configFailures(config, options.apiOrigin)));
      return response;
    }),
    diffConfig: unary((request) => {
      const [before, now] = [
        fromStruct(request.getOldInputs() ?? request.getOlds()),
        fromStruct(request.getNews()),
      ];
      const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
        (name) => !same(before[name], now[name]),
      );
      const response = new provider.DiffResponse();
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
      response.setDiffsList(changed.sort());
      return response;
    }),
    configure: (call, callback) => {
      const config = fromStruct(call.request.getArgs());
      const [failure] = configFailures(config, options.apiOrigin);
      if (failure !== undefined)
        return callback(
          { code: grpc.status.INVALID_ARGUMENT, details: `${failure.property}: ${failure.reason}` },
          null,
        );
      tokens.delete(call.getPeer());
      if (resource.isComplete(config)) remember(tokens, call.getPeer(), text(config, "apiToken") ?? "");
      const response = new provider.ConfigureResponse();
      response.setSupportspreview(true);
      response.setAcceptresources(true);
      response.setAcceptsecrets(false);
      response.setAcceptoutputs(false);
      response.setSupportsAutonamingConfiguration(true);
      callback(null, response);
    },
    invoke: unary((request, context) => invoke(request, context)),
    check: unary((request) => resource.check(request)),
    diff: unary((request) => resource.diff(request, files)),
    create: unary(
      (request, context) => resource.create(request, context, files),
      (request) => fromStruct(request.getProperties()),
    ),
    update: unary(
      (request, context) => resource.update(request, context, files),
      (request) => fromStruct(request.getNews()),
    ),
    read: unary((request, context) => resource.read(request, context)),
    delete: unary((request, context) => resource.remove(request, context)),
  };
  server.addService(service.ResourceProviderService, implementation);
  const port = await listen(server, options.port ?? 0);
  return { port, close: () => stop(server) };
}

function remember(tokens: Map<string, string>, peer: string, token: string): void {
  tokens.set(peer, token);
  for (const oldest of tokens.keys()) {
    if (tokens.size <= maximumConnections) return;
    tokens.delete(oldest);
  }
}

const secretSettings = new Set(["apiToken", "apiKey", "apiUserServiceKey"]);
const withSecrets = (config: Values): Values =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, secretSettings.has(name) ? secret(value) : value]),
  );

function listen(server: grpc.Server, port: number): Promise<number> {
  return new Promise((fulfil, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? fulfil(bound) : reject(error),
    );
  });
}

/** Lets calls under way finish, briefly: an engine keeps its connection open to the end of its run. */
function stop(server: grpc.Server): Promise<void> {
  return new Promise((fulfil) => {
    const patience = setTimeout(() => server.forceShutdown(), 500);
    server.tryShutdown(() => {
      clearTimeout(patience);
      fulfil();
    });
  });
}

/** The version of the SDK that programs use: the engine asks for a provider of exactly that version. */
function readVersion(): string {
  const found: { readonly version?: string } = createRequire(import.meta.url)(
    "@pulumi/cloudflare/package.json",
  );
  return (found.version ?? "").replace(/^v/, "");
}
