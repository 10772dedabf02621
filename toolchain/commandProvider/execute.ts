import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { globFiles } from "./globs.ts";
import type { BaseInputs, PreviousOutputs } from "./inputs.ts";
import { archiveOf, fileAsset, type Values } from "./values.ts";

const running = new Set<ChildProcess>();

/** Ends every command under way. */
export function killRunning(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** What a command left behind: its streams without a final newline, and the files that the globs name. */
export interface Outputs {
  readonly stdout: string;
  readonly stderr: string;
  readonly assets?: Values;
  readonly archive?: Values;
}

/** Runs one command to its end. Throws with its status and everything it printed when it fails. */
export async function execute(
  command: string,
  inputs: BaseInputs,
  previous: PreviousOutputs,
  show: (line: string) => void,
): Promise<Outputs> {
  const [program = "/bin/sh", ...args] = inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"];
  const cwd = inputs.dir ?? process.cwd();
  const child = spawn(program, [...args, command], {
    cwd,
    env: { ...process.env, ...inputs.environment, ...previousInEnvironment(inputs, previous) },
    stdio: [inputs.stdin ? "pipe" : "ignore", "pipe", "pipe"],
  });
  running.add(child);
  const both: Buffer[] = [];
  const logging = inputs.logging ?? "stdoutAndStderr";
  const stdout = collect(
    child.stdout,
    both,
    logging === "stdout" || logging === "stdoutAndStderr" ? show : undefined,
  );
  const stderr = collect(
    child.stderr,
    both,
    logging === "stderr" || logging === "stdoutAndStderr" ? show : undefined,
  );
  // A command that does not read its input closes the pipe; that is its right.
  child.stdin?.on("error", () => undefined).end(inputs.stdin);
  const ending = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) =>
      resolve(signal !== null ? `signal: ${signal}` : code === 0 ? undefined : `exit status ${code}`),
    );
  });
  running.delete(child);
  if (ending !== undefined)
    throw new Error(
      `${ending}: running ${JSON.stringify(command)}:\n${Buffer.concat(both).toString("utf8")}`,
    );
  return {
    stdout: stdout().replace(/\n$/, ""),
    stderr: stderr().replace(/\n$/, ""),
    ...(inputs.assetPaths === undefined ? {} : { assets: assetsIn(cwd, inputs.assetPaths) }),
    ...(inputs.archivePaths === undefined ? {} : { archive: archiveOf(assetsIn(cwd, inputs.archivePaths)) }),
  };
}

function previousInEnvironment(inputs: BaseInputs, previous: PreviousOutputs): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(previous.stdout ? { PULUMI_COMMAND_STDOUT: previous.stdout } : {}),
    ...(previous.stderr ? { PULUMI_COMMAND_STDERR: previous.stderr } : {}),
  };
}

/** Gathers a stream whole, and shows it line by line while it comes. */
function collect(
  stream: NodeJS.ReadableStream | null,
  both: Buffer[],
  show: ((line: string) => void) | undefined,
): () => string {
  const own: Buffer[] = [];
  let line = "";
  stream?.on("data", (chunk: Buffer) => {
    own.push(chunk);
    both.push(chunk);
    if (show === undefined) return;
    const lines = (line + chunk.toString("utf8")).split("\n");
    line = lines.pop() ?? "";
    for (const whole of lines) show(whole);
  });
  stream?.on("end", () => {
    if (line !== "") show?.(line);
  });
  return () => Buffer.concat(own).toString("utf8");
}

function assetsIn(folder: string, globs: readonly string[]): Values {
  return Object.fromEntries(
    globFiles(folder, globs).map((file) => {
      const path = posix.join(folder, file);
      return [file, fileAsset(path, createHash("sha256").update(readFileSync(path)).digest("hex"))];
    }),
  );
}
