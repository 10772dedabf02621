import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Readable, Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { globFiles } from "./globs.ts";
import type { BaseInputs, PreviousOutputs } from "./inputs.ts";
import { archiveOf, fileAsset, type Values } from "./values.ts";

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;
const running = new Set<Child>();

/** Ends every command under way, with everything that it started. */
export function killRunning(): void {
  for (const child of running) killGroup(child);
}

function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** What a command left behind: its streams without a final newline, and the files that the globs name. */
export interface Outputs {
  readonly stdout: string;
  readonly stderr: string;
  readonly assets?: Values;
  readonly archive?: Values;
}

/** What others get to see of a command. */
export interface Audience {
  /** Shows a line while the command runs; resolves when it was taken. */
  readonly show: (line: string) => Promise<void>;
  /** A text without the values of secret inputs. */
  readonly hide: (text: string) => string;
}

/** Runs one command to its end. Throws with its status and everything it printed when it fails. */
export async function execute(
  command: string,
  inputs: BaseInputs,
  previous: PreviousOutputs,
  { show, hide }: Audience,
): Promise<Outputs> {
  const cwd = inputs.dir ?? process.cwd();
  const child = start(command, cwd, inputs, previous);
  const both: Buffer[] = [];
  const logging = inputs.logging ?? "stdoutAndStderr";
  // One after the other: the engine shows lines that it is given at once in any order.
  let before = Promise.resolve();
  const inTurn = (line: string): Promise<void> => {
    before = before.then(() => show(hide(line)));
    return before;
  };
  const shown = (stream: "stdout" | "stderr") =>
    logging === stream || logging === "stdoutAndStderr" ? inTurn : undefined;
  // A command that does not read its input closes the pipe; that is its right.
  child.stdin?.on("error", () => undefined).end(inputs.stdin);
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(reasonOf(error, cwd)));
    child.on("close", (code, signal) =>
      resolve(signal !== null ? `signal: ${signal}` : code === 0 ? undefined : `exit status ${code}`),
    );
  });
  const [ending, stdout, stderr] = await Promise.all([
    ended,
    collect(child.stdout, both, shown("stdout")),
    collect(child.stderr, both, shown("stderr")),
  ]).finally(() => running.delete(child));
  if (ending !== undefined)
    throw new Error(
      `${ending}: running ${JSON.stringify(hide(command))}:\n${hide(Buffer.concat(both).toString("utf8"))}`,
    );
  return {
    stdout: stdout.replace(/\n$/, ""),
    stderr: stderr.replace(/\n$/, ""),
    ...(inputs.assetPaths === undefined ? {} : { assets: assetsIn(cwd, inputs.assetPaths) }),
    ...(inputs.archivePaths === undefined ? {} : { archive: archiveOf(assetsIn(cwd, inputs.archivePaths)) }),
  };
}

/** In a process group of its own, so that what the command starts can be ended with it. */
function start(command: string, cwd: string, inputs: BaseInputs, previous: PreviousOutputs): Child {
  const [program = "/bin/sh", ...args] = inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"];
  const env = { ...process.env, ...inputs.environment, ...previousInEnvironment(inputs, previous) };
  const options = { cwd, env, detached: true } as const;
  try {
    const child: Child = inputs.stdin
      ? spawn(program, [...args, command], { ...options, stdio: ["pipe", "pipe", "pipe"] })
      : spawn(program, [...args, command], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    return child;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "E2BIG")
      throw new Error(
        "the command, its environment or an output of last time is too long for a new process (Linux takes 128 KB a text). Pass it by stdin or a file; " +
          "addPreviousOutputInEnv: false leaves the outputs of last time out of the environment.",
        { cause: error },
      );
    throw error;
  }
}

/** Node blames the program when it is the folder that is missing. */
function reasonOf(error: NodeJS.ErrnoException, cwd: string): string {
  if (error.code === "ENOENT" && !existsSync(cwd)) return `dir ${JSON.stringify(cwd)} does not exist`;
  return error.message;
}

function previousInEnvironment(inputs: BaseInputs, previous: PreviousOutputs): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(previous.stdout ? { PULUMI_COMMAND_STDOUT: previous.stdout } : {}),
    ...(previous.stderr ? { PULUMI_COMMAND_STDERR: previous.stderr } : {}),
  };
}

/** Gathers a stream whole, and shows it line by line while it comes; what is not taken yet stops the command, not this process's memory. */
async function collect(
  stream: Readable,
  both: Buffer[],
  show: ((line: string) => Promise<void>) | undefined,
): Promise<string> {
  const own: Buffer[] = [];
  const decoder = new StringDecoder("utf8");
  let line = "";
  for await (const chunk of stream) {
    own.push(chunk);
    both.push(chunk);
    if (show === undefined) continue;
    const lines = (line + decoder.write(chunk)).split("\n");
    line = lines.pop() ?? "";
    await Promise.all(lines.map(show));
  }
  if (line !== "") await show?.(line);
  return Buffer.concat(own).toString("utf8");
}

function assetsIn(folder: string, globs: readonly string[]): Values {
  return Object.fromEntries(
    globFiles(folder, globs).map((file) => {
      const path = posix.join(folder, file);
      return [file, fileAsset(path, createHash("sha256").update(readFileSync(path)).digest("hex"))];
    }),
  );
}
