import { spawn } from "node:child_process";
import { UserError } from "../../../src/diagnostic/user-error.ts";

/** Where and how pulumi is run. */
export interface Run {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs pulumi in this terminal and gives its exit code. Ctrl-C reaches it by itself; a SIGTERM is passed on as one, so that it finishes
 * the step it is in and gives its lock back instead of going on alone.
 * @param input for its standard input @default - that of this process
 * @param out where its standard output goes: 2, where this process puts out something for a program @default - to that of this process
 */
export function pulumi(
  args: readonly string[],
  { root, env }: Run,
  input?: string,
  out: "inherit" | 2 = "inherit",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd: root,
      env,
      stdio: [input === undefined ? "inherit" : "pipe", out, "inherit"],
    });
    const ignore = (): void => undefined;
    const pass = (): void => void child.kill("SIGINT");
    process.on("SIGINT", ignore).on("SIGTERM", pass);
    child.stdin?.on("error", ignore).end(input); // it may have ended before it read
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("SIGINT", ignore).off("SIGTERM", pass);
      resolve(code ?? 1);
    });
  });
}

/**
 * Runs pulumi and gives what it printed.
 * @param options `apart`: in a group of its own, which no Ctrl-C reaches and no terminal takes with it
 */
export function pulumiText(
  args: readonly string[],
  { root, env }: Run,
  { apart = false }: { readonly apart?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const child = spawn("pulumi", args, { cwd: root, env, stdio: [...stdio], detached: apart });
    const said: Buffer[] = [];
    const complained: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => complained.push(chunk));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(said).toString("utf8"));
      else
        reject(
          failed(
            args,
            signal ?? `exit code ${code}`,
            Buffer.concat([...complained, ...said]).toString("utf8"),
          ),
        );
    });
  });
}

const failed = (args: readonly string[], end: string, said: string): UserError =>
  new UserError({
    what: `pulumi ${args.slice(0, 2).join(" ")} failed`,
    where: `pulumi ${args.join(" ")}`,
    got: `${end}: ${said.trim()}`,
    expected: "success",
    fix: "mend what it names and run again",
  });
