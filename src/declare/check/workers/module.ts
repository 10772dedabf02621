import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";

/** A module that a worker names and that is not there. */
export function checkModule(where: string, module: string, root: string): Diagnostic[] {
  const path = join(root, module);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return [];
  const setting = where.split(", ").at(-1) ?? "main";
  return [
    {
      what: `Module not found: ${module}`,
      where,
      got: existsSync(path) ? "a folder" : "no such file",
      expected:
        setting === "main"
          ? "the worker's entry module, as a path from the project's root"
          : "a module, as a path from the project's root",
      fix: `create ${module}, or correct ${setting} in src/systems`,
    },
  ];
}
