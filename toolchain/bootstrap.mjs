// @ts-check
// Every npm script begins here, on whatever Node ≥ 20 the machine has: packages and engine are made ready, then Node 24 takes over.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { frugalNode } from "./install/frugal-node.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const stopSignals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** What each npm script runs, and whether it needs the Pulumi engine.
 * @type {Record<string, { entry: string, engine: boolean, args?: string[] }>} */
export const commands = {
  start: { entry: "scripts/demo.ts", engine: true },
  test: { entry: "toolchain/test.ts", engine: true },
  "test-deep": { entry: "toolchain/test.ts", engine: true, args: ["--deep"] },
  env: { entry: "cli/main.ts", engine: true, args: ["env"] },
  embedded: { entry: "embedded/main.ts", engine: false },
  db: { entry: "cli/main.ts", engine: false, args: ["db"] },
  build: { entry: "scripts/pack/build.ts", engine: false },
};

/** The message for a Node that is too old, or undefined.
 * @param {string} version as in process.versions.node */
export function nodeDiagnostic(version) {
  const major = Number(version.split(".")[0]);
  return major >= 20
    ? undefined
    : `Node ${version} found; Lockstep needs Node 20 or newer to begin (it fetches Node 24 by itself).\nInstall Node from https://nodejs.org and run this again.`;
}

/** A shell that evaluates what `env` prints must not go on as if it had worked: evaluating nothing succeeds.
 * @param {string | undefined} name */
function tellShell(name) {
  if (name === "env") process.stdout.write("false\n");
}

/** @param {string[]} argv */
async function main(argv) {
  const [name = "", ...rest] = argv;
  const diagnostic = nodeDiagnostic(process.versions.node);
  if (diagnostic !== undefined) {
    process.stderr.write(`${diagnostic}\n`);
    tellShell(name);
    return 1;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`"${name}" is not a command; there are: ${Object.keys(commands).join(", ")}\n`);
    return 1;
  }
  const { ensureInstalled } = await import("./install/install.mjs");
  const { ensureEngine } = await import("./engine/ladder.mjs");
  const needsEngine = command.engine && !(name === "env" && rest.includes("--wrangler"));
  const results = await stoppable(
    (signal) =>
      Promise.allSettled([
        ensureInstalled(root, process.env, signal),
        needsEngine ? ensureEngine(process.env, signal) : undefined,
      ]),
    () => tellShell(name),
  );
  const failed = results.filter((r) => r.status === "rejected").map((r) => r.reason);
  if (failed.length > 0) {
    for (const error of failed)
      process.stderr.write(`\n${error.name === "ToolchainError" ? error.message : (error.stack ?? error)}\n`);
    tellShell(name);
    return 1;
  }
  const entry = join(root, command.entry);
  if (!existsSync(entry)) {
    process.stderr.write(`${command.entry} is missing from this clone; \`git status\` shows what else is\n`);
    tellShell(name);
    return 1;
  }
  return handOver(name === "embedded" ? frugalNode : [], entry, [...(command.args ?? []), ...rest]);
}

/** Runs the preparation so that a signal ends what it started (npm, the Go compiler) before it ends us.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} prepare @param {() => void} beforeEnd called when a signal ended it @returns {Promise<T>} */
async function stoppable(prepare, beforeEnd) {
  const stop = new AbortController();
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    received = signal;
    stop.abort();
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  const result = await prepare(stop.signal);
  for (const signal of stopSignals) process.off(signal, onSignal);
  if (received === undefined) return result;
  process.stderr.write("Interrupted; nothing half-made was kept, and running it again goes on from here\n");
  beforeEnd();
  process.kill(process.pid, received);
  return result;
}

/** Becomes Node 24 where the system can (no process stays behind), otherwise starts it and passes everything through.
 * @param {readonly string[]} nodeOptions @param {string} entry @param {string[]} args @returns {Promise<number>} */
async function handOver(nodeOptions, entry, args) {
  const node = join(root, "node_modules", "node", "bin", "node");
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, ".lockstep", "compile-cache"),
  };
  if (typeof process.execve === "function") process.execve(node, [node, ...nodeOptions, entry, ...args], env);
  const child = spawn(node, [...nodeOptions, entry, ...args], { stdio: "inherit", env });
  for (const signal of stopSignals) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: the child has it already.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (signal === null) return resolve(code ?? 1);
      for (const name of stopSignals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
      resolve(1);
    });
  });
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === realpathSync(process.argv[1]))
  process.exitCode = await main(process.argv.slice(2));
