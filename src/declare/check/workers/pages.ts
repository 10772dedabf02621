import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { Pages } from "../../workers/worker.ts";
import { tooLargeFiles } from "./assets.ts";
import { checkModule } from "./module.ts";

/** Folders of a Pages project that are not there, and files in them that Cloudflare does not take. What the functions say, compiling finds. */
export function checkPages(where: string, pages: Pages, root: string): Diagnostic[] {
  const { functions, output, handlers } = pages;
  // Where the build left a worker, it needs no functions.
  const needed = existsSync(join(root, output, "_worker.js")) ? { output } : { functions, output };
  const missing = Object.entries(needed).filter(([, folder]) => !isFolder(join(root, folder)));
  return [
    ...missing.map(([name, folder]) => ({
      what: `There is no folder ${folder} of a Pages project`,
      where: `${where}, pages.${name}`,
      got: existsSync(join(root, folder)) ? "a file" : "nothing at this path",
      expected: "a folder, as a path from the project's root",
      fix: `build the project first, or correct pages.${name} in src/systems`,
    })),
    ...(missing.length > 0 ? [] : tooLargeFiles(`${where}, pages.output`, output, root)),
    ...(handlers === undefined ? [] : checkModule(`${where}, pages.handlers`, handlers, root)),
  ];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
