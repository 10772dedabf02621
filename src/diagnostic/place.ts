import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { recipes } from "./verbs.ts";

/** How a project calls the command line: by its recipes and npm scripts, or by npx. */
export interface Calls {
  /** `just pulumi-up dev` or `npx lockstep up dev`. */
  readonly caller: "just" | "npx";
  /** `npm run -s env` or `npx lockstep env`. */
  readonly shell: "npm" | "npx";
}

/** Where a command that a person is told to type has to work. */
export interface CommandPlace extends Calls {
  /** The stage's name; undefined where none is known. */
  readonly stage: string | undefined;
  /** Whether that is on a real account. */
  readonly real: boolean;
}

/**
 * The stage that commands mean when they name none, in a project that has it. In another they mean its first one, and it is told every stage by
 * name: not every process that tells somebody what to type knows the project.
 */
export const unnamedStage = "dev";

const asked = new Map<string, Calls>();

/** How the project that this folder is in calls the command line. Its files are read once a process. */
export function callsOf(folder: string): Calls {
  const known = asked.get(folder) ?? read(folder);
  asked.set(folder, known);
  return known;
}

/** By `just` where every recipe of ours is there: half of them would send people to recipes that are not. */
function read(folder: string): Calls {
  const justfile = nearest(folder, ["justfile", "Justfile", ".justfile"]);
  const found = justfile === undefined ? new Set<string>() : recipesIn(justfile);
  const manifest = nearest(folder, ["package.json"]);
  const scripts = manifest === undefined ? "" : textOf(manifest);
  return {
    caller: recipes.every((name) => found.has(name)) ? "just" : "npx",
    shell: /"env":\s*"[^"]*\b(bootstrap\.mjs|lockstep) env\b/.test(scripts) ? "npm" : "npx",
  };
}

/** A file in the folder or in the nearest one above it that has it: just and npm look the same way. */
function nearest(folder: string, names: readonly string[]): string | undefined {
  const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const above = dirname(folder);
  return above === folder ? undefined : nearest(above, names);
}

/** The names of the recipes in a justfile and in those that it imports. */
function recipesIn(justfile: string): ReadonlySet<string> {
  const text = textOf(justfile);
  const own = [...text.matchAll(/^@?([a-zA-Z_][\w-]*)(?: [^:=\n]*(?:="[^"\n]*"[^:=\n]*)*)?:(?!=)/gm)];
  const imported = [...text.matchAll(/^import\??\s+['"]([^'"\n]+)['"]/gm)];
  return new Set([
    ...own.map((match) => match[1] ?? ""),
    ...imported.flatMap((match) => [...recipesIn(join(dirname(justfile), match[1] ?? ""))]),
  ]);
}

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** The place of a command that was typed with `--target`. */
export const placeOfTarget = (
  stage: string | undefined,
  target: "embedded" | "cloudflare",
  root: string,
): CommandPlace => ({ stage, real: target === "cloudflare", ...callsOf(root) });

/** Of a process that knows no stage, or not yet: what it says is typed in the folder that it was started in. */
export const unplaced = (root = process.cwd()): CommandPlace => ({
  stage: undefined,
  real: false,
  ...callsOf(root),
});
