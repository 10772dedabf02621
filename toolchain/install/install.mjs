// @ts-check
// The project's packages: installed when node_modules is not what the lockfile says.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ToolchainError } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { startProgress } from "./progress.mjs";

/** @param {string} root the project's folder */
const stampFile = (root) => join(root, "node_modules", ".lockstep-installed");

/** What an install is made from: the lockfile and the machine.
 * @param {string} root */
export function wantedInstall(root) {
  const lockfile = readFileSync(join(root, "package-lock.json"));
  return createHash("sha256").update(lockfile).update(`${process.platform}-${process.arch}`).digest("hex");
}

/** @param {string} root @returns {"installed" | "absent" | "unfinished" | "outdated"} */
export function installState(root) {
  if (!existsSync(join(root, "node_modules"))) return "absent";
  if (!existsSync(join(root, "node_modules", "node", "bin", "node"))) return "unfinished";
  const installed = npmRecord(root);
  if (installed === undefined || !installed.every(([path]) => existsSync(join(root, path, "package.json"))))
    return "unfinished";
  const stamp = readIfThere(stampFile(root));
  if (stamp !== undefined) return stamp.trim() === wantedInstall(root) ? "installed" : "outdated";
  return agrees(root, Object.fromEntries(installed)) ? "installed" : "unfinished";
}

/** npm's own record of what it installed, which it writes last.
 * @param {string} root @returns {[path: string, { version?: string }][] | undefined} */
function npmRecord(root) {
  try {
    return Object.entries(
      JSON.parse(readIfThere(join(root, "node_modules", ".package-lock.json")) ?? "").packages,
    );
  } catch {
    return undefined;
  }
}

/** Somebody who ran `npm ci` by hand need not wait for a second one.
 * @param {string} root @param {Record<string, { version?: string }>} installed */
function agrees(root, installed) {
  /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const there = installed[path];
    return there === undefined ? optional === true : there.version === version;
  });
}

/** Makes node_modules agree with the lockfile. Two at once: one installs, the other waits.
 * @param {string} root @param {NodeJS.ProcessEnv} [env] @param {AbortSignal} [signal] */
export async function ensureInstalled(root, env = process.env, signal) {
  if (installState(root) === "installed") return;
  mkdirSync(join(root, ".lockstep"), { recursive: true });
  await withLock(
    join(root, ".lockstep", "install.lock"),
    async (holdWith) => {
      if (installState(root) === "installed") return;
      rmSync(stampFile(root), { force: true });
      await npmCi(root, env, holdWith, signal);
      writeFileSync(stampFile(root), `${wantedInstall(root)}\n`);
    },
    {
      onWait: (pid) => process.stderr.write(`Waiting for process ${pid}, which is installing the packages\n`),
      signal,
    },
  );
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {(pid: number) => void} holdWith @param {AbortSignal} [signal] */
async function npmCi(root, env, holdWith, signal) {
  const shims = mkdtempSync(join(tmpdir(), "lockstep-npm-"));
  // @pulumi/command's install script calls `pulumi plugin install`, which waits on the network where there is none. Our provider needs no plugin.
  writeFileSync(join(shims, "pulumi"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(shims, "pulumi"), 0o755);
  const progress = startProgress("Installing packages (npm ci)");
  signal?.addEventListener("abort", () => progress.say("stopping, once npm has tidied up"), { once: true });
  try {
    const code = await runNpm(
      root,
      { ...env, PATH: `${shims}${delimiter}${env.PATH ?? ""}` },
      holdWith,
      signal,
    );
    if (code.code !== 0)
      throw new ToolchainError({
        what: "The packages could not be installed",
        where: `npm ci (in ${root})`,
        got: code.said || `exit code ${code.code}`,
        expected: "a network that reaches the npm registry, or an npm cache that holds the packages",
        fix: "mend what is named above and run the command again",
      });
    progress.done("Packages installed");
  } catch (error) {
    progress.done();
    throw error;
  } finally {
    rmSync(shims, { recursive: true, force: true });
  }
}

/** Settings that would make another install of this one: of the outer `npm run`, or of a shell that works on something else. Registry, proxy, cache and keys are the user's. */
const steering =
  /^npm_(command|lifecycle_.*|config_(global|location|prefix|local_prefix|global_prefix|workspaces?|omit|include|only|production|dev|optional|ignore_scripts|dry_run|package_lock|package_lock_only|install_strategy|bin_links|loglevel|json))$/i;

/** What a user's own npmrc or NODE_ENV=production may say otherwise: node fetches its binary in an install script, and just is a development package. */
const everything = [
  "--include=dev",
  "--include=optional",
  "--no-ignore-scripts",
  // `engines` is for those who install the package: this repository carries the Node that it asks for.
  "--no-engine-strict",
  "--package-lock",
  "--bin-links",
];

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {(pid: number) => void} holdWith @param {AbortSignal} [signal]
 * @returns {Promise<{ code: number | null, said: string }>} */
function runNpm(root, env, holdWith, signal) {
  const npm = env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const clean = Object.fromEntries(Object.entries(env).filter(([key]) => !steering.test(key)));
  return new Promise((resolve, reject) => {
    const child = spawn(
      command,
      [...first, "ci", ...everything, "--no-audit", "--no-fund", "--loglevel=error"],
      {
        cwd: root,
        env: clean,
        stdio: ["ignore", "pipe", "pipe"],
        ...(signal ? { signal } : {}),
      },
    );
    // Should this process be killed, npm goes on alone: the next install must not run into it.
    if (child.pid !== undefined) holdWith(child.pid);
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        said = (said + text).slice(-20_000);
      });
    // Interrupted: the lock is kept until npm has really gone, or another install would run into this one.
    child.on("error", (error) =>
      child.pid !== undefined && child.exitCode === null && child.signalCode === null
        ? child.once("exit", () => reject(error))
        : reject(error),
    );
    child.on("close", (code) => signal?.aborted || resolve({ code, said: reason(said) }));
  });
}

/** npm says what is wrong first, and how it is used for a page after that.
 * @param {string} said */
function reason(said) {
  const errors = said.split("\n").filter((line) => /^npm error \S/.test(line));
  const lines = errors.length > 0 ? errors.slice(0, 10) : said.trim().split("\n").slice(-10);
  return lines.join("\n            ");
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
