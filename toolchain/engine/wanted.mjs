// @ts-check
// Which engine this project wants, read from the Go module that pins it, and where machines keep it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The module that pins the engine and everything it is built from. */
export const moduleFolder = fileURLToPath(new URL(".", import.meta.url));

/** Older engines cannot keep state in R2. */
export const oldestUsable = "3.258.0";

/** What the built engine is made of besides go.mod: changing any of it makes another cache entry. */
const recipe = ["-trimpath", "-s -w", "CGO_ENABLED=0", process.platform, process.arch];

/** The pinned version, as "3.259.0". */
export function wantedVersion() {
  const text = readFileSync(join(moduleFolder, "go.mod"), "utf8");
  const found = /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\d+\.\d+\.\d+)$/m.exec(text);
  if (found?.[1] === undefined)
    throw new Error(`no pulumi/pkg/v3 requirement in ${join(moduleFolder, "go.mod")}`);
  return found[1];
}

/** The user's cache for engines; clones share it. `LOCKSTEP_CACHE` moves it.
 * @param {NodeJS.ProcessEnv} env */
export function cacheFolder(env) {
  const own = env.LOCKSTEP_CACHE;
  if (own !== undefined && own !== "") return own;
  const base =
    env.XDG_CACHE_HOME !== undefined && env.XDG_CACHE_HOME !== ""
      ? env.XDG_CACHE_HOME
      : join(homedir(), ".cache");
  return join(base, "lockstep");
}

/** Where an engine built here and one downloaded lie: the names carry a digest of what goes in, so a changed recipe never finds an old result.
 * @param {NodeJS.ProcessEnv} env */
export function engineFolders(env) {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "tools.go"])
    hash.update(readFileSync(join(moduleFolder, file))).update("\0");
  hash.update(recipe.join("\0"));
  const version = wantedVersion();
  const engines = join(cacheFolder(env), "engine");
  return {
    engines,
    built: join(engines, `${version}-${hash.digest("hex").slice(0, 16)}`),
    downloaded: join(engines, `${version}-official-${process.platform}-${process.arch}`),
  };
}

/** Removes what a killed download or build of `folder` left beside it. Called under the lock, so nobody is writing there.
 * @param {string} folder */
export function removeOldDrafts(folder) {
  const parent = dirname(folder);
  for (const name of readdirSync(parent))
    if (name.startsWith(`${basename(folder)}.draft-`))
      rmSync(join(parent, name), { recursive: true, force: true });
}

/** Compares two versions of the form "3.259.0" (a pre-release counts as its release).
 * @param {string} a @param {string} b @returns {number} negative when `a` is older */
export function compareVersions(a, b) {
  const [x, y] = [a, b].map((v) => v.split("-")[0]?.split(".").map(Number) ?? []);
  for (let i = 0; i < 3; i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
