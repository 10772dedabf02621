import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connection } from "../../start.ts";

const bin = fileURLToPath(new URL("../../../node_modules/wrangler/bin/wrangler.js", import.meta.url));
const loopbackOnly = fileURLToPath(new URL("./loopback-only.cjs", import.meta.url));

export interface Ran {
  readonly code: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** A project of a reader's own, with the real wrangler in it. */
export interface Project {
  readonly folder: string;
  write(file: string, text: string): void;
  /** Runs wrangler; `input` is what it is told on standard input. */
  wrangler(
    args: readonly string[],
    options?: { readonly input?: string; readonly account?: string },
  ): Promise<Ran>;
  /** Runs wrangler and gives what it printed; fails the test when wrangler fails. */
  succeeds(...args: readonly string[]): Promise<string>;
  /** Runs wrangler and gives what it printed; fails the test when wrangler succeeds. */
  fails(...args: readonly string[]): Promise<string>;
  /** Hosts that wrangler tried to reach and that are not this machine. */
  outside(): readonly string[];
  remove(): void;
}

/** Creates a project folder whose wrangler talks to the embedded Cloudflare's account and cannot talk to anything else. */
export function wranglerProject(
  connection: Pick<Connection, "api" | "token">,
  account: string,
  folder = mkdtempSync(join(tmpdir(), "lockstep-wrangler-")),
): Project {
  const outsideFile = join(folder, ".outside");
  const wrangler: Project["wrangler"] = (args, options = {}) =>
    run(args, folder, options.input, {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: connection.api,
      CLOUDFLARE_API_TOKEN: connection.token,
      CLOUDFLARE_ACCOUNT_ID: options.account ?? account,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      XDG_CONFIG_HOME: join(folder, ".config"),
      CI: "1",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      LOCKSTEP_OUTSIDE: outsideFile,
      NODE_OPTIONS: `--require ${JSON.stringify(loopbackOnly)}`,
    });
  const ended = async (args: readonly string[], well: boolean): Promise<string> => {
    const { code, output } = await wrangler(args);
    if ((code === 0) === well) return output;
    throw new Error(`wrangler ${args.join(" ")} ended with ${code}:\n${output}`);
  };
  return {
    folder,
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    wrangler,
    succeeds: (...args) => ended(args, true),
    fails: (...args) => ended(args, false),
    outside: () => (existsSync(outsideFile) ? readFileSync(outsideFile, "utf8").trim().split("\n") : []),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }),
  };
}

function run(
  args: readonly string[],
  cwd: string,
  input: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
    child.stdin.on("error", () => undefined); // a command that does not read its input may be gone before it is written
    child.stdin.end(input ?? "");
  });
}
