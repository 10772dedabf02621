import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, refuse } from "../../diagnostic/user-error.ts";
import { entryOf, workerEntryOf } from "./entry.ts";
import { checkFunctionFiles, checkUnused, functionFiles } from "./function-files.ts";
import { checkRoutes, routesOf } from "./routes.ts";
import { ownRules, type Rules, rulesOf } from "./rules.ts";

/** The folders of a Pages project, from the project's root. */
export interface PagesFolders {
  readonly functions: string;
  readonly output: string;
  readonly handlers?: string;
}

/** A Pages project as one module, before it is bundled. */
export interface Compiled {
  readonly entry: string;
  readonly rules: Rules;
  /** Files and folders besides those of the bundle that decide what it is, from the project's root; a folder by the names in it. */
  readonly grounds: readonly string[];
  /** What only the bundle shows: files that nobody asks. */
  readonly checkBundle: (inputs: readonly string[]) => readonly Diagnostic[];
}

const everything: Rules = { include: ["/*"], exclude: [] };

/** Reads the folders and refuses what would not answer; a `_worker.js` in the output takes the place of the functions. */
export async function compilePages(
  { functions, output, handlers }: PagesFolders,
  root: string,
): Promise<Compiled> {
  const grounds = [functions, output, `${output}/_routes.json`];
  const worker = workerIn(output, root);
  if (worker !== undefined) {
    const rules = ownRules(output, root) ?? everything;
    return { entry: workerEntryOf(worker, rules, handlers), rules, grounds, checkBundle: () => [] };
  }
  const files = await functionFiles(functions, root);
  const routes = routesOf(files);
  refuse([
    ...checkFunctionFiles(files),
    ...checkRoutes(routes),
    ...(routes.length === 0 ? [noFunction(functions)] : []),
  ]);
  const rules = ownRules(output, root) ?? rulesOf(routes);
  return {
    entry: entryOf(routes, rules, handlers),
    rules,
    grounds: [...grounds, ...files.map(({ file }) => file)],
    checkBundle: (inputs) => checkUnused(files, inputs),
  };
}

function workerIn(output: string, root: string): string | undefined {
  const path = `${output}/_worker.js`;
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isDirectory() && existsSync(join(root, path, "index.js")) ? `${path}/index.js` : path;
}

const noFunction = (functions: string): Diagnostic => ({
  what: "A folder of functions without a function",
  where: functions,
  got: "no file that exports a handler",
  expected: "a file such as index.ts with `export const onRequest = …`",
  fix: "write one, or declare `main` or `assets` in place of `pages`",
});
