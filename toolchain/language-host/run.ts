import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import langproto from "@pulumi/pulumi/proto/language_pb.js";
import { remember } from "./children.ts";
import { runtimeOptions } from "./options.ts";

/** The SDK exits with this when it has already told the user what is wrong. */
const exitAfterMessage = 32;

/** Runs the Pulumi program once; resolves when its process has ended, with what the official host would answer. */
export async function runProgram(
  request: langproto.RunRequest,
  engineAddress: string,
): Promise<langproto.RunResponse> {
  const response = new langproto.RunResponse();
  try {
    const { code, signal, outOfMemory } = await spawnProgram(request, engineAddress);
    if (code === exitAfterMessage) response.setBail(true);
    else if (code !== 0) {
      const how = code === null ? `unexpectedly: signal: ${signal}` : `with non-zero exit code: ${code}`;
      response.setError(`Program exited ${how}${outOfMemory ? `. ${memoryAdvice}` : ""}`);
    }
  } catch (error) {
    response.setError(reasonOf(error, request));
  }
  return response;
}

/** The configuration travels in the environment; Node names only the system's number for what does not fit. */
function reasonOf(error: unknown, request: langproto.RunRequest): string {
  if (!(error instanceof Error)) return String(error);
  if (!("code" in error) || error.code !== "E2BIG") return error.message;
  const sizes = request
    .getConfigMap()
    .toObject()
    .map(([key, value]) => ({ key, bytes: Buffer.byteLength(value) }));
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes)[0];
  const which =
    largest === undefined ? "" : `; the largest value is ${largest.key} with ${largest.bytes} bytes`;
  return `The stack's configuration is too large: the program gets it in its environment, where Linux takes 128 KB${which}. Keep large values in files.`;
}

const memoryAdvice =
  "Detected a possible out of memory error. Consider increasing the memory available to the nodejs process by setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>`, in megabytes";

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly outOfMemory: boolean;
}

function spawnProgram(request: langproto.RunRequest, engineAddress: string): Promise<Ending> {
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine asked to run a program without saying which");
  const folder = info.getProgramDirectory();
  const options = runtimeOptions(info);
  const script = locate("@pulumi/pulumi/cmd/run/index.js", folder, "pulumi install");
  const named: [string, string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", folder],
  ];
  const args = [
    ...options.nodeArguments,
    script,
    ...named.flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    "--parallel",
    String(request.getParallel()),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
  const env = {
    ...process.env,
    ...options.environment,
    PULUMI_CONFIG: JSON.stringify(legacyConfig(request.getConfigMap().toObject())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
  const child = remember(spawn(process.execPath, args, { env, stdio: ["ignore", "inherit", "pipe"] }));
  let outOfMemory = false;
  child.stderr.on("data", (chunk: Buffer) => {
    process.stderr.write(chunk);
    outOfMemory ||= chunk.includes("<--- Last few GCs --->");
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new Error(`Problem executing program (could not run language executor): ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve({ code, signal, outOfMemory }));
  });
}

/** The SDK wants keys in their old form: `dome:stage` as `dome:config:stage`. */
function legacyConfig(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const colon = key.indexOf(":");
      return [`${key.slice(0, colon)}:config:${key.slice(colon + 1)}`, value];
    }),
  );
}

/** The SDK that the program itself would load; ours may be another version. */
export function locate(module: string, folder: string, install: string): string {
  try {
    return createRequire(join(folder, "program.js")).resolve(module);
  } catch (error) {
    throw new Error(`It looks like the Pulumi SDK has not been installed. Have you run ${install}?`, {
      cause: error,
    });
  }
}
