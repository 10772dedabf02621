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
  const stamp = readIfThere(stampFile(root));
  if (stamp?.trim() === wantedInstall(root)) return "installed";
  if (stamp !== undefined) return "outdated";
  return agreesWithNpm(root) ? "installed" : "unfinished";
}

/** npm writes its own record last; somebody who ran `npm ci` by hand need not wait for a second one.
 * @param {string} root */
function agreesWithNpm(root) {
  const record = readIfThere(join(root, "node_modules", ".package-lock.json"));
  if (record === undefined) return false;
  /** @type {{ packages: Record<string, { version?: string }> }} */
  const installed = JSON.parse(record);
  /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const there = installed.packages[path];
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
    async () => {
      if (installState(root) === "installed") return;
      rmSync(stampFile(root), { force: true });
      await npmCi(root, env, signal);
      writeFileSync(stampFile(root), `${wantedInstall(root)}\n`);
    },
    {
      onWait: (pid) => process.stderr.write(`Waiting for process ${pid}, which is installing the packages\n`),
    },
  );
}

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal] */
async function npmCi(root, env, signal) {
  const shims = mkdtempSync(join(tmpdir(), "lockstep-npm-"));
  // @pulumi/command's install script calls `pulumi plugin install`, which waits on the network where there is none. Our provider needs no plugin.
  writeFileSync(join(shims, "pulumi"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(shims, "pulumi"), 0o755);
  const progress = startProgress("Installing packages (npm ci)");
  signal?.addEventListener("abort", () => progress.say("stopping, once npm has tidied up"), { once: true });
  try {
    const code = await runNpm(root, { ...env, PATH: `${shims}${delimiter}${env.PATH ?? ""}` }, signal);
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

/** @param {string} root @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal]
 * @returns {Promise<{ code: number | null, said: string }>} */
function runNpm(root, env, signal) {
  const npm = env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  // npm's settings for the outer `npm run` must not steer this one.
  const clean = Object.fromEntries(
    Object.entries(env).filter(
      ([key]) => !/^npm_(config_|command$|lifecycle)/.test(key) || key === "npm_config_cache",
    ),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      env: clean,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal ? { signal } : {}),
    });
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
