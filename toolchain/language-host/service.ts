import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import langproto from "@pulumi/pulumi/proto/language_pb.js";
import pluginproto from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import { type Call, type Method, RpcError, status, unary } from "../../src/engine/rpc.ts";
import { interruptChildren } from "./children.ts";
import { runPlugin } from "./plugin.ts";
import { runProgram } from "./run.ts";

/** The engine's questions by their names in the protocol. `address` is the engine's, also given by Handshake. */
export function languageHost(address: string | undefined): Readonly<Record<string, Method>> {
  let engineAddress = address ?? "";
  return {
    Handshake: unary(langproto.LanguageHandshakeRequest, (request) => {
      engineAddress = request.getEngineAddress() || engineAddress;
      return new langproto.LanguageHandshakeResponse();
    }),
    GetPluginInfo: unary(emptyproto.Empty, () => {
      const info = new pluginproto.PluginInfo();
      info.setVersion(installedVersion(process.cwd(), "@pulumi/pulumi"));
      return info;
    }),
    // Providers are loaded when the program first names them; asking ahead only makes the engine look for plugins twice.
    GetRequiredPackages: unary(
      langproto.GetRequiredPackagesRequest,
      () => new langproto.GetRequiredPackagesResponse(),
    ),
    GetRequiredPlugins: unary(
      langproto.GetRequiredPluginsRequest,
      () => new langproto.GetRequiredPluginsResponse(),
    ),
    Run: unary(langproto.RunRequest, (request) => runProgram(request, engineAddress)),
    RunPlugin: runPlugin,
    About: unary(langproto.AboutRequest, () => {
      const response = new langproto.AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      response.getMetadataMap().set("packagemanager", "npm").set("languageHost", "lockstep");
      return response;
    }),
    GetProgramDependencies: unary(langproto.GetProgramDependenciesRequest, (request) =>
      programDependencies(request.getInfo()?.getProgramDirectory() ?? process.cwd()),
    ),
    RuntimeOptionsPrompts: unary(
      langproto.RuntimeOptionsRequest,
      () => new langproto.RuntimeOptionsResponse(),
    ),
    InstallDependencies: installDependencies,
    Cancel: unary(emptyproto.Empty, () => {
      interruptChildren();
      return new emptyproto.Empty();
    }),
    Template: unavailable("pulumi new"),
    GenerateProgram: unavailable("generating a program"),
    GenerateProject: unavailable("generating a project"),
    GeneratePackage: unavailable("generating an SDK"),
    Pack: unavailable("packing an SDK"),
    Link: unavailable("linking an SDK"),
  };
}

function unavailable(what: string): Method {
  return async () => {
    const fix = "install Pulumi (https://www.pulumi.com/docs/install/) and put it first on PATH";
    throw new RpcError(status.unimplemented, `${what} needs Pulumi's own language host: ${fix}`);
  };
}

/** `pulumi install`: npm ci, its output handed to the engine. */
async function installDependencies(call: Call): Promise<void> {
  const request = langproto.InstallDependenciesRequest.deserializeBinary(call.request);
  const cwd = request.getInfo()?.getProgramDirectory() ?? request.getDirectory();
  const options = { cwd, signal: call.signal };
  const { stdout, stderr } = await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund"], options);
  const said = new langproto.InstallDependenciesResponse();
  said.setStdout(Buffer.from(stdout));
  call.send(said);
  const warned = new langproto.InstallDependenciesResponse();
  warned.setStderr(Buffer.from(stderr));
  call.send(warned);
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
