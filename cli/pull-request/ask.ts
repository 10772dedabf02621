import { spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../toolchain/package-root.ts";

/** What a verb of this command said, and how long it took. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** Runs a verb of this command in the project, as anybody would type it, and gives what it said. */
export function ask(words: readonly string[], root: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [join(packageRoot, "bin", "lockstep.mjs"), ...words], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({
        code: code ?? 1,
        out: Buffer.concat(out).toString("utf8"),
        err: Buffer.concat(err).toString("utf8"),
        seconds: Math.round(performance.now() - began) / 1_000,
      }),
    );
  });
}
