import { spawn } from "node:child_process";
import { UserError } from "../../src/userError.ts";
import type { ProjectEnvironment } from "../../toolchain/environment.ts";

/** Runs `pulumi` in the project, showing its last line as progress; what it said is in the error when it fails. */
export function runPulumi(
  project: ProjectEnvironment,
  args: readonly string[],
  progress: (text: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd: project.places.root,
      env: project.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      const last = said.trimEnd().split("\n").at(-1)?.trim() ?? "";
      progress(last.length > 90 ? `${last.slice(0, 89)}…` : last);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", (code) => {
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
          fix: 'mend what it names and run again; a shell of your own: eval "$(npm run -s env)"',
        }),
      );
    });
  });
}
