import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type {
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import langproto from "@pulumi/pulumi/proto/language_pb.js";
import pluginproto from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import { interruptChildren } from "./children.ts";
import { runPlugin } from "./plugin.ts";
import { runProgram } from "./run.ts";

const unimplementedCode = 12;
const internalCode = 13;

type Unary<Q, A> = (call: ServerUnaryCall<Q, A>, answer: sendUnaryData<A>) => void;

/** The engine's questions, one function each. `address` is the engine's, also given by Handshake. */
export function languageHost(address: string | undefined): UntypedServiceImplementation {
  let engineAddress = address ?? "";
  return {
    handshake: unary<langproto.LanguageHandshakeRequest, langproto.LanguageHandshakeResponse>(
      async (request) => {
        engineAddress = request.getEngineAddress() || engineAddress;
        return new langproto.LanguageHandshakeResponse();
      },
    ),
    getPluginInfo: unary(async () => {
      const info = new pluginproto.PluginInfo();
      info.setVersion(installedVersion(process.cwd(), "@pulumi/pulumi"));
      return info;
    }),
    // Providers are loaded when the program first names them; asking ahead only makes the engine look for plugins twice.
    getRequiredPackages: unary(async () => new langproto.GetRequiredPackagesResponse()),
    getRequiredPlugins: unary(async () => new langproto.GetRequiredPluginsResponse()),
    run: unary<langproto.RunRequest, langproto.RunResponse>((request) => runProgram(request, engineAddress)),
    runPlugin: (call: ServerWritableStream<langproto.RunPluginRequest, langproto.RunPluginResponse>) =>
      runPlugin(call),
    about: unary<langproto.AboutRequest, langproto.AboutResponse>(async () => {
      const response = new langproto.AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      response.getMetadataMap().set("packagemanager", "npm").set("languageHost", "lockstep");
      return response;
    }),
    getProgramDependencies: unary<
      langproto.GetProgramDependenciesRequest,
      langproto.GetProgramDependenciesResponse
    >(async (request) => programDependencies(request.getInfo()?.getProgramDirectory() ?? process.cwd())),
    runtimeOptionsPrompts: unary(async () => new langproto.RuntimeOptionsResponse()),
    installDependencies,
    cancel: unary(async () => {
      interruptChildren();
      return new emptyproto.Empty();
    }),
    template: unavailable("pulumi new"),
    generateProgram: unavailable("generating a program"),
    generateProject: unavailable("generating a project"),
    generatePackage: unavailable("generating an SDK"),
    pack: unavailable("packing an SDK"),
    link: unavailable("linking an SDK"),
  };
}

function unary<Q, A>(reply: (request: Q) => Promise<A>): Unary<Q, A> {
  return (call, answer) => {
    reply(call.request).then(
      (response) => answer(null, response),
      (error: unknown) =>
        answer({
          code: internalCode,
          details: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    );
  };
}

function unavailable(what: string): Unary<unknown, unknown> {
  return (_call, answer) =>
    answer({
      code: unimplementedCode,
      details: `${what} needs Pulumi's own language host: install Pulumi (https://www.pulumi.com/docs/install/) and put it first on PATH`,
    });
}

/** `pulumi install`: npm ci, its output handed to the engine. */
function installDependencies(
  call: ServerWritableStream<langproto.InstallDependenciesRequest, langproto.InstallDependenciesResponse>,
): void {
  const folder = call.request.getInfo()?.getProgramDirectory() ?? call.request.getDirectory();
  const send = (text: string, stream: "stdout" | "stderr"): void => {
    const message = new langproto.InstallDependenciesResponse();
    if (stream === "stdout") message.setStdout(Buffer.from(text));
    else message.setStderr(Buffer.from(text));
    call.write(message);
  };
  promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder }).then(
    ({ stdout, stderr }) => {
      send(stdout, "stdout");
      send(stderr, "stderr");
      call.end();
    },
    (error: Error) => call.destroy(Object.assign(error, { code: internalCode, details: error.message })),
  );
}

function programDependencies(folder: string): langproto.GetProgramDependenciesResponse {
  const response = new langproto.GetProgramDependenciesResponse();
  for (const name of Object.keys(manifest(folder).dependencies ?? {})) {
    const dependency = new langproto.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(installedVersion(folder, name));
    response.addDependencies(dependency);
  }
  return response;
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function installedVersion(folder: string, name: string): string {
  return manifest(join(folder, "node_modules", name)).version ?? "";
}

function manifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return {};
  }
}
