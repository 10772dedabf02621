import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Worker } from "../../workers/worker.ts";
import { checkModule } from "./module.ts";
import { checkPages } from "./pages.ts";

/** Code that is not there, and what only code could use where a worker has none. */
export function checkCode(where: string, worker: Worker, root: string): Diagnostic[] {
  const { main, pages } = worker;
  if (pages !== undefined) return checkPages(where, pages, root);
  if (main === undefined) return withoutCode(where, worker);
  return checkModule(`${where}, main`, main, root);
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
