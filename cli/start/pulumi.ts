import { spawn } from "node:child_process";
import { embeddedShell, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { ProjectEnvironment } from "../../toolchain/environment.ts";

/**
 * Runs `pulumi` in the project, showing its last line as progress; what it said is in the error when it fails. `stop` asks it once to
 * end: it finishes the step it is in, writes its state and gives its lock back, and only then is this settled.
 */
export function runPulumi(
  project: ProjectEnvironment,
  args: readonly string[],
  progress: (text: string) => void,
  stop: AbortSignal,
  onStarted: (pid: number) => void,
): Promise<string> {
  stop.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd: project.places.root,
      env: project.env,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: a terminal's Ctrl-C would reach it beside ours, and the second one makes it leave its lock behind.
      detached: true,
    });
    if (child.pid !== undefined) onStarted(child.pid);
    const onStop = (): void => {
      progress("finishing the step it is in");
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGINT");
    };
    stop.addEventListener("abort", onStop, { once: true });
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      if (!stop.aborted) progress(said.trimEnd().split("\n").at(-1)?.trim() ?? "");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", (code) => {
      stop.removeEventListener("abort", onStop);
      if (code === 0) {
        progress("");
        resolve(said);
        return;
      }
      reject(
        new UserError({
          what: `pulumi ${args[0] ?? ""} failed`,
          where: `pulumi ${args.join(" ")}`,
          got: `exit code ${code ?? "none"}; it said:\n\n${said.trim()}\n`,
          expected: "success",
          fix: sentence`mend what it names and run again; a shell of your own: ${embeddedShell}`,
        }),
      );
    });
  });
}
