import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Assets } from "../../workers/assets.ts";
import type { Worker } from "../../workers/worker.ts";

/** Cloudflare's limit on one static file. */
const largestFileBytes = 25 * 1024 * 1024;
const mostRules = 100;
const longestRule = 100;

/** Static files that cannot be uploaded, or that are to be answered with in a way that there is not. */
export function checkAssets(where: string, worker: Worker, root: string): Diagnostic[] {
  const { assets } = worker;
  if (assets === undefined) return [];
  const folder = statSync(join(root, assets.directory), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) {
    return [
      {
        what: `There is no folder of assets for worker ${worker.name}`,
        where: `${where}, assets`,
        got: `${assets.directory}, which ${folder === undefined ? "does not exist" : "is a file"}`,
        expected: "a folder with static files, as a path from the project's root",
        fix: `build the assets first, or correct assets in src/systems`,
      },
    ];
  }
  return [
    ...tooLargeFiles(`${where}, assets`, assets.directory, root),
    ...codeAmongFiles(where, assets, root),
    ...workerFirst(where, worker, assets),
  ];
}

/** Files of a folder that Cloudflare does not take. */
export function tooLargeFiles(where: string, directory: string, root: string): Diagnostic[] {
  const folder = join(root, directory);
  const tooLarge = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    if (!entry.isFile()) return [];
    const path = join(entry.parentPath, entry.name);
    const { size } = statSync(path);
    return size > largestFileBytes ? [{ path, size }] : [];
  });
  return tooLarge.map(({ path, size }) => ({
    what: "A static file that is too large for Cloudflare",
    where,
    got: `${path.slice(root.length + 1)}, ${size} bytes`,
    expected: `at most ${largestFileBytes} bytes (25 MiB)`,
    fix: `keep it in an R2 bucket, or name it in ${directory}/.assetsignore`,
  }));
}

function codeAmongFiles(where: string, { directory }: Assets, root: string): Diagnostic[] {
  const has = (name: string): boolean => existsSync(join(root, directory, name));
  if (!has("_worker.js") || has(".assetsignore")) return [];
  return [
    {
      what: "Code among the static files, which anybody could read",
      where: `${where}, assets`,
      got: `${directory}/_worker.js, which Pages would run and a worker serves as a text`,
      expected: "no _worker.js, or an .assetsignore that says what becomes of it",
      fix: `declare the folder as the output of pages; or echo _worker.js >> ${directory}/.assetsignore, and name the code in main; an empty .assetsignore lets it be served`,
    },
  ];
}

function workerFirst(where: string, worker: Worker, { runWorkerFirst }: Assets): Diagnostic[] {
  const refusal = (got: string, expected: string, fix: string): Diagnostic[] => [
    {
      what: "Paths for which the code goes before the files that Cloudflare does not accept",
      where: `${where}, assets.runWorkerFirst`,
      got,
      expected,
      fix,
    },
  ];
  if (worker.main === undefined && runWorkerFirst !== undefined && runWorkerFirst !== false)
    return refusal(
      "a worker without code",
      "code that can be asked first",
      "name the code in main, or take runWorkerFirst out",
    );
  if (typeof runWorkerFirst !== "object") return [];
  if (!runWorkerFirst.some((rule) => rule.startsWith("/")))
    return refusal(
      JSON.stringify(runWorkerFirst),
      'at least one path such as "/api/*"',
      "write the paths, or true for all of them",
    );
  if (runWorkerFirst.length > mostRules)
    return refusal(
      `${runWorkerFirst.length} paths`,
      `at most ${mostRules}`,
      "join them with *, such as /api/*",
    );
  return runWorkerFirst.flatMap((rule, at) => {
    const wrong = wrongRule(rule, runWorkerFirst, at);
    return wrong === undefined ? [] : refusal(JSON.stringify(rule), wrong, "correct it in src/systems");
  });
}

/** What a rule should be instead; undefined for one that is fine. Rules for the code and rules against it are apart. */
function wrongRule(rule: string, all: readonly string[], at: number): string | undefined {
  if (!/^!?\//.test(rule)) return "a path that begins with / or !/";
  if (rule.length > longestRule) return `at most ${longestRule} characters`;
  if (all.indexOf(rule) !== at) return "each path once";
  const wider = all.find(
    (other) => other !== rule && other.endsWith("*") && rule.startsWith(other.slice(0, -1)),
  );
  return wider === undefined ? undefined : `no path that ${wider} holds already`;
}
