import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import langproto from "@pulumi/pulumi/proto/language_pb.js";
import { type Call, RpcError, status } from "../../src/engine/rpc.ts";
import { interrupt, remember } from "./children.ts";
import { runtimeOptions } from "./options.ts";
import { startPolicyFront } from "./policy-front.ts";
import { locate } from "./run.ts";

/** Half of what a pack's start costs is ts-node, which it need not have. */
const preload = join(import.meta.dirname, "..", "preload.cjs");

/** Runs a plugin written in TypeScript (a policy pack, a provider) and streams what it prints. */
export async function runPlugin(call: Call): Promise<void> {
  const request = langproto.RunPluginRequest.deserializeBinary(call.request);
  try {
    await (request.getKind() === "analyzer" ? runPolicyPack(call, request) : runProvider(call, request));
  } catch (error) {
    throw new RpcError(status.unknown, error instanceof Error ? error.message : String(error));
  }
}

async function runProvider(call: Call, request: langproto.RunPluginRequest): Promise<void> {
  const info = programOf(request);
  const options = runtimeOptions(info);
  const folder = info.getProgramDirectory();
  const script = locate("@pulumi/pulumi/cmd/run-plugin/index.js", folder, `npm install in ${folder}`);
  const child = spawnPlugin(
    call,
    request,
    [...options.nodeArguments, script, folder, ...request.getArgsList()],
    request.getPwd(),
    options.environment,
  );
  child.stdout.on("data", (chunk: Buffer) => write(call, "stdout", chunk));
  await ended(call, child);
}

/** Where Lockstep's own pack begins, which speaks the protocol itself. Undefined for any other pack. */
function ownPack(folder: string): string | undefined {
  const own = join(import.meta.dirname, "..", "..", "policy");
  if (!existsSync(own) || realpathSync(own) !== realpathSync(folder)) return undefined;
  return ["start.ts", "start.js"].map((name) => join(own, "serve", name)).find((path) => existsSync(path));
}

/** Lockstep's own pack, in this process: another one, with its start and with every question passed on to it, would be most of what the pack costs. */
async function runOwnPack(call: Call, request: langproto.RunPluginRequest, start: string): Promise<void> {
  const module: unknown = await import(pathToFileURL(start).href);
  if (!hasStart(module)) throw new Error(`${start} starts no policy pack`);
  const environment = { ...process.env, ...Object.fromEntries(request.getEnvList().map(assigned)) };
  const port = await module.startPack(environment);
  write(call, "stdout", Buffer.from(`${port}\n`));
  // It runs until the engine has no more questions.
  await new Promise<void>((resolve) => call.signal.addEventListener("abort", () => resolve()));
}

interface OwnPack {
  readonly startPack: (env: Readonly<Record<string, string | undefined>>) => Promise<number>;
}

const hasStart = (module: unknown): module is OwnPack =>
  typeof module === "object" &&
  module !== null &&
  "startPack" in module &&
  typeof module.startPack === "function";

const assigned = (entry: string): readonly [string, string] => {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), entry.slice(equals + 1)];
};

/** A pack is started only once the stack is known: it reads the stack's name and configuration from its environment. */
async function runPolicyPack(call: Call, request: langproto.RunPluginRequest): Promise<void> {
  const info = programOf(request);
  const options = runtimeOptions(info);
  const folder = info.getProgramDirectory();
  const own = ownPack(folder);
  if (own !== undefined) return runOwnPack(call, request, own);
  const script = locate("@pulumi/pulumi/cmd/run-policy-pack/index.js", folder, `npm install in ${folder}`);
  const front = await startPolicyFront();
  // Not before: what the engine still asks of a pack that has ended is answered with the reason.
  call.signal.addEventListener("abort", front.close);
  write(call, "stdout", Buffer.from(`${front.port}\n`));
  const stack = await front.configured;
  const args = [`--require=${preload}`, ...options.nodeArguments, script, ...request.getArgsList(), folder];
  const child = spawnPlugin(call, request, args, folder, { ...options.environment, ...stack.environment });
  let before = "";
  let attached = false;
  child.stdout.on("data", (chunk: Buffer) => {
    if (attached) return write(call, "stdout", chunk);
    before += chunk.toString("utf8");
    // A pack may print before its port does; a line of digits alone is the port.
    const found = /^(\d+)\n/m.exec(before);
    if (found === null) return;
    attached = true;
    front.attach(Number(found[1]));
    const others = before.replace(found[0], "");
    if (others !== "") write(call, "stdout", Buffer.from(others));
  });
  child.once("error", (error) => front.fail(`the policy pack could not be started: ${error.message}`));
  child.once("close", (code, signal) => {
    const when = attached ? "while it was in use" : "before it could be asked";
    front.fail(`the policy pack in ${folder} ended ${when}, with ${signal ?? `exit code ${code}`}`);
  });
  await ended(call, child);
}

function programOf(request: langproto.RunPluginRequest): langproto.ProgramInfo {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine asked to run a plugin without saying which");
  return info;
}

function spawnPlugin(
  call: Call,
  request: langproto.RunPluginRequest,
  args: string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  const given = request.getEnvList().map(assigned);
  const cache = process.env["NODE_COMPILE_CACHE"];
  const env = {
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
    ...Object.fromEntries(given),
    ...environment,
  };
  const child = remember(spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
  child.stderr.on("data", (chunk: Buffer) => write(call, "stderr", chunk));
  call.signal.addEventListener("abort", () => interrupt(child));
  return child;
}

function ended(call: Call, child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(
        new Error(`Problem executing plugin program (could not run language executor): ${error.message}`),
      ),
    );
    child.on("close", (code) => {
      const message = new langproto.RunPluginResponse();
      message.setExitcode(code ?? 1);
      call.send(message);
      resolve();
    });
  });
}

function write(call: Call, stream: "stdout" | "stderr", chunk: Buffer): void {
  const message = new langproto.RunPluginResponse();
  if (stream === "stdout") message.setStdout(chunk);
  else message.setStderr(chunk);
  call.send(message);
}
