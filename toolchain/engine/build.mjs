// @ts-check
// The engine from Go modules: for machines whose network reaches package registries only.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { ToolchainError } from "../install/failure.mjs";
import { duration, startProgress } from "../install/progress.mjs";
import { moduleFolder, removeOldDrafts, wantedVersion } from "./wanted.mjs";

const commandPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** For this machine and from these files, whatever a shell was set up to build for. */
const goSettings = {
  GOFLAGS: "-mod=readonly",
  GOWORK: "off",
  GO111MODULE: "on",
  CGO_ENABLED: "0",
  GOOS: "",
  GOARCH: "",
};

/** Builds the pinned engine into `folder`, which appears complete or not at all. An interrupted build costs only its last step: Go keeps what it compiled.
 * @param {string} folder @param {string} go @param {NodeJS.ProcessEnv} env @param {AbortSignal} [signal] */
export async function build(folder, go, env, signal) {
  const version = wantedVersion();
  process.stderr.write(
    `Pulumi ${version} is built from its Go modules, once for this machine. That takes minutes; interrupted, it goes on where it was.\n`,
  );
  // Short: count and time left have to fit a terminal of 80 columns.
  const progress = startProgress("Building Pulumi");
  mkdirSync(dirname(folder), { recursive: true });
  removeOldDrafts(folder);
  const draft = mkdtempSync(`${folder}.draft-`);
  const goEnv = { ...env, ...goSettings, HOME: env.HOME || homedir() };
  try {
    progress.say("fetching sources");
    const total = await stalePackages(go, goEnv, progress, signal);
    await compile(go, goEnv, version, join(draft, "pulumi"), total, progress, signal);
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    progress.done(`Pulumi ${version} built`);
  } catch (error) {
    progress.done();
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** How many packages the compiler still has to build. Fetches the sources as a side effect.
 * @param {string} go @param {NodeJS.ProcessEnv} env @param {import("../install/progress.mjs").Progress} progress @param {AbortSignal} [signal] */
async function stalePackages(go, env, progress, signal) {
  let fetched = 0;
  const args = ["list", "-deps", "-trimpath", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", commandPackage];
  const listed = await runGo(go, args, env, signal, (line) => {
    if (line.startsWith("go: downloading ")) progress.say(`fetching sources: ${++fetched} modules`);
  });
  return listed.split("\n").filter((line) => line !== "").length;
}

/** @param {string} go @param {NodeJS.ProcessEnv} env @param {string} version @param {string} output @param {number} total
 * @param {import("../install/progress.mjs").Progress} progress @param {AbortSignal} [signal] */
async function compile(go, env, version, output, total, progress, signal) {
  const began = Date.now();
  const ldflags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  let done = 0;
  progress.say(`${total} packages to compile`);
  await runGo(
    go,
    ["build", "-trimpath", "-v", "-ldflags", ldflags, "-o", output, commandPackage],
    env,
    signal,
    (line) => {
      if (!/^[\w.-]+(\/[\w.-]+)*$/.test(line)) return;
      done += 1;
      progress.say(estimate(done, total, Date.now() - began));
    },
  );
}

/** The first packages are small and the last ones (and linking) are large, so the early rate flatters; the figure says "about" and waits for a tenth of the work.
 * @param {number} done @param {number} total @param {number} elapsedMs */
export function estimate(done, total, elapsedMs) {
  if (done >= total) return `${done} of ${total} packages, linking`;
  const share = done / total;
  if (share < 0.1) return `${done} of ${total} packages`;
  return `${done} of ${total} packages, about ${duration((elapsedMs / share) * (1 - share) * 1.3)} left`;
}

/** @param {string} go @param {string[]} args @param {NodeJS.ProcessEnv} env @param {AbortSignal | undefined} signal @param {(line: string) => void} onLine
 * @returns {Promise<string>} */
function runGo(go, args, env, signal, onLine) {
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, {
      cwd: moduleFolder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal ? { signal } : {}),
    });
    let out = "";
    /** @type {string[]} */
    const said = [];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      onLine(line);
      said.push(line);
      if (said.length > 30) said.shift();
    });
    // Interrupted: what is half-made is removed only when the compiler has really gone.
    child.on("error", (error) =>
      child.pid !== undefined && child.exitCode === null && child.signalCode === null
        ? child.once("exit", () => reject(error))
        : reject(error),
    );
    child.on("close", (code) => {
      if (signal?.aborted) return;
      if (code === 0) return resolve(out);
      reject(
        new ToolchainError({
          what: "The Pulumi engine could not be built from Go modules",
          where: `${go} ${args[0]} (in toolchain/engine)`,
          got: said.slice(-8).join("\n            ") || `exit code ${code}`,
          expected: "a network that reaches a Go module proxy (GOPROXY), and 3 GB of free disk space",
          fix: "mend what is named above and run the command again (it resumes), or install Pulumi ≥ 3.258 and put it on PATH",
        }),
      );
    });
  });
}
