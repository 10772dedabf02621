import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import type { Run } from "./pulumi.ts";

/**
 * Runs pulumi as it runs without a terminal, and shows what it prints until a line after which nothing may be shown any more.
 * @param isLast whether a line and all behind it stay hidden, on both of its streams
 * @param out where its standard output goes @default - to that of this process
 */
export function pulumiUntil(
  args: readonly string[],
  { root, env }: Run,
  isLast: (line: string) => boolean,
  out: Writable = process.stdout,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let isOver = false;
    const show = (from: NodeJS.ReadableStream, to: Writable): Promise<void> =>
      new Promise((done) => {
        createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })
          .on("line", (line) => {
            isOver ||= isLast(line);
            if (!isOver) to.write(`${line}\n`);
          })
          .once("close", done);
      });
    const shown = Promise.all([show(child.stdout, out), show(child.stderr, process.stderr)]);
    const ignore = (): void => undefined;
    const pass = (): void => void child.kill("SIGINT");
    process.on("SIGINT", ignore).on("SIGTERM", pass);
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGINT", ignore).off("SIGTERM", pass);
      shown.then(() => resolve(code ?? 1), reject);
    });
  });
}
