import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Worker } from "../worker.ts";

/** Code that is not there, and what only code could use where a worker has none. */
export function checkCode(where: string, worker: Worker, root: string): Diagnostic[] {
  const { main } = worker;
  if (main === undefined) return withoutCode(where, worker);
  const path = join(root, main);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return [];
  return [
    {
      what: `Module not found: ${main}`,
      where: `${where}, main`,
      got: existsSync(path) ? "a folder" : "no such file",
      expected: "the worker's entry module, as a path from the project's root",
      fix: `create ${main}, or correct main in src/systems`,
    },
  ];
}

function withoutCode(where: string, worker: Worker): Diagnostic[] {
  if (worker.assets === undefined) {
    return [
      {
        what: `Worker ${worker.name} has neither code nor static files`,
        where,
        got: "no main and no assets",
        expected: "an entry module, a folder of static files, or both",
        fix: `add main: "…" or assets: "…" to worker("${worker.name}", …)`,
      },
    ];
  }
  const unused = [
    ...Object.keys(worker.env).map((name) => `env.${name}`),
    ...(worker.consumes.length > 0 ? ["consumes"] : []),
    ...(worker.crons !== undefined ? ["crons"] : []),
    ...(Object.keys(worker.durableObjects).length > 0 ? ["durableObjects"] : []),
  ];
  if (unused.length === 0) return [];
  return [
    {
      what: `Worker ${worker.name} has no code that could use ${unused.join(", ")}`,
      where,
      got: "assets, and no main",
      expected: "static files alone, or code beside them",
      fix: `add main: "…" to worker("${worker.name}", …), or take ${unused.join(", ")} out`,
    },
  ];
}
