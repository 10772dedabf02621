import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = dirname(dirname(import.meta.dirname));

/** The TypeScript files below a folder that are no tests, by their paths from the top of the repository. */
export const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !name.endsWith(".test-d.ts"))
    .map((name) => join(folder, name))
    .sort();

const atRunTime =
  /^(?:import|export)\s(?!type\s)[^"';]*?from\s*"([^"]+)"|^import\s*"([^"]+)"|\b(?:import|require)\(\s*"([^"]+)"\s*\)/gm;
const alsoTypes =
  /^(?:import|export)\s[^"';]*?from\s*"([^"]+)"|^import\s*"([^"]+)"|\b(?:import|require)\(\s*"([^"]+)"\s*\)/gm;

/** What a file imports when it is run, type-only imports being gone by then: files by their paths from the top, packages by their names. */
export const imports = (file: string): string[] => targets(file, atRunTime);

/** What a file imports, types included. */
export const importsWithTypes = (file: string): string[] => targets(file, alsoTypes);

function targets(file: string, statement: RegExp): string[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(statement)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    return specifier.startsWith(".") ? relative(root, join(root, dirname(file), specifier)) : specifier;
  });
}

/** Everything a file leads to when it is run, by the way that leads there. */
export function reached(
  file: string,
  way: readonly string[] = [],
  seen = new Map<string, readonly string[]>(),
): Map<string, readonly string[]> {
  for (const target of imports(file)) {
    if (seen.has(target)) continue;
    seen.set(target, [...way, file]);
    if (target.endsWith(".ts") && existsSync(join(root, target))) reached(target, [...way, file], seen);
  }
  return seen;
}
