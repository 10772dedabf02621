import { spawn } from "node:child_process";

/** How a program ended, and what it said last. */
export interface Ended {
  readonly ok: boolean;
  /** `exit code 1` */
  readonly said: string;
  readonly output: string;
  /** The beginning of the output is missing. */
  readonly isCut: boolean;
}

/** Kept of what a program says: enough for its last words. */
const mostBytes = 64 * 1024;

/** Runs a program without a shell, in a process group of its own, so that all of it can be ended. Never throws. */
export function runCommand(
  [program, ...words]: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Ended> {
  const { cwd, env, timeoutMs, signal } = options;
  return new Promise((resolve) => {
    let output = Buffer.alloc(0);
    let isCut = false;
    let endedFor: string | undefined;
    const child = spawn(program ?? "", words, {
      cwd,
      env: { ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = (why: string): void => {
      endedFor ??= why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => end(`ended after ${timeoutMs / 1000} s`), timeoutMs);
    const aborted = (): void => end("ended: the release goes back");
    signal.addEventListener("abort", aborted);
    const keep = (chunk: Buffer): void => {
      const all = Buffer.concat([output, chunk]);
      isCut ||= all.length > mostBytes;
      output = all.subarray(-mostBytes);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const done = (ok: boolean, said: string): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      resolve({ ok, said: endedFor ?? said, output: output.toString("utf8"), isCut });
    };
    child.on("error", (error) => done(false, `not started: ${error.message}`));
    // What a hook leaves running holds its output open: its own end is enough.
    child.on("exit", (code, by) => {
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        done(code === 0 && endedFor === undefined, code === null ? `ended by ${by}` : `exit code ${code}`);
      });
    });
    if (signal.aborted) aborted();
  });
}
