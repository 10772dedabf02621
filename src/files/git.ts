import { execFile, spawnSync } from "node:child_process";

/** What git says; undefined where it says no. Only reads. */
export function gitText(args: readonly string[], root: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", [...args], { cwd: root, maxBuffer: 64 << 20, encoding: "utf8" }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}

/** One line of git's; undefined where there is none. */
export function gitLine(args: readonly string[], root: string): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const line = status === 0 ? stdout.trim() : "";
  return line === "" ? undefined : line;
}
