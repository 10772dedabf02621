// @ts-check
// Finds executables the way a shell does, and asks a pulumi what it is.
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";

/** Every executable of this name on PATH, in order.
 * @param {string} name @param {NodeJS.ProcessEnv} env @returns {string[]} */
export function allOnPath(name, env) {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...new Set(folders)].map((folder) => join(folder, name)).filter(isExecutable);
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Our own launcher (any clone's) and npm's wrapper package are not engines: the first would find itself, the second downloads.
 * @param {string} path */
export function isEngineCandidate(path) {
  const folder = dirname(path);
  return !folder.endsWith(join(".lockstep", "bin")) && !folder.includes(`${sep}node_modules${sep}`);
}

/** The version a pulumi executable reports ("3.259.0"), or why it has none. One that answers nothing, and does not end when asked to, costs `patienceMs`.
 * @param {string} path @param {NodeJS.ProcessEnv} env @param {number} [patienceMs] @returns {Promise<{ version: string } | { problem: string }>} */
export function askVersion(path, env, patienceMs = 15_000) {
  return new Promise((resolve) => {
    execFile(
      path,
      ["version"],
      {
        env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: patienceMs,
        killSignal: "SIGKILL",
        encoding: "utf8",
      },
      (error, stdout, stderr) => {
        const found = /^v?(\d+\.\d+\.\d+[^\s]*)$/m.exec(stdout);
        if (error === null && found?.[1] !== undefined) return resolve({ version: found[1] });
        if (error?.killed === true)
          return resolve({ problem: `\`${path} version\` did not answer within ${patienceMs / 1000} s` });
        const said = (stderr || stdout || error?.message || "nothing").trim().split("\n")[0] ?? "";
        // A program for another kind of machine is read as a script: what it "says" can hold anything.
        resolve({
          problem: `\`${path} version\` answered: ${said.replace(/[^\x20-\x7e]+/g, "?").slice(0, 200)}`,
        });
      },
    );
  });
}

/** Whether an engine came with its own Node.js language host: beside it, or on PATH.
 * @param {string} enginePath @param {NodeJS.ProcessEnv} env */
export function hasOfficialLanguageHost(enginePath, env) {
  const beside = join(dirname(realpathSync(enginePath)), "pulumi-language-nodejs");
  return existsSync(beside) || allOnPath("pulumi-language-nodejs", env).length > 0;
}
