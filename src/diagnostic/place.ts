import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recipes } from "./verbs.ts";

/** How a project calls the command line: by its recipes and npm scripts, or by npx. */
export interface Calls {
  /** `just pulumi-up dev` or `npx lockstep up dev`. */
  readonly caller: "just" | "npx";
  /** `npm run -s env` or `npx lockstep env`. */
  readonly shell: "npm" | "npx";
}

/** Where a command that a person is told to type has to work. */
export interface Place extends Calls {
  /** The stage's name; undefined where none is known. */
  readonly stage: string | undefined;
  /** Whether that is on a real account. */
  readonly real: boolean;
}

/**
 * The stage that commands mean when they name none, as far as a project has it. A project without it means its first stage, and is told every
 * stage by name.
 */
export const unnamedStage = "dev";

const asked = new Map<string, Calls>();

/** How the project in this folder calls the command line. Its files are read once a process. */
export function callsOf(root: string): Calls {
  const known = asked.get(root) ?? read(root);
  asked.set(root, known);
  return known;
}

/** By `just` where every recipe of ours is there: half of them would send people to recipes that are not. */
function read(root: string): Calls {
  const justfile = entries(root).find((name) => /^\.?justfile$/i.test(name));
  const found = justfile === undefined ? new Set<string>() : recipesIn(root, justfile);
  return {
    caller: recipes.every((name) => found.has(name)) ? "just" : "npx",
    shell: /"env":\s*"[^"]*\b(bootstrap\.mjs|lockstep) env\b/.test(textOf(join(root, "package.json")))
      ? "npm"
      : "npx",
  };
}

/** The names of the recipes in a justfile and in those that it imports. */
function recipesIn(folder: string, file: string): ReadonlySet<string> {
  const text = textOf(join(folder, file));
  const own = [...text.matchAll(/^@?([a-zA-Z_][\w-]*)(?: [^:=\n]*(?:="[^"\n]*"[^:=\n]*)*)?:(?!=)/gm)];
  const imported = [...text.matchAll(/^import\??\s+['"]([^'"\n]+)['"]/gm)];
  return new Set([
    ...own.map((match) => match[1] ?? ""),
    ...imported.flatMap((match) => [...recipesIn(folder, match[1] ?? "")]),
  ]);
}

const entries = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

/** Of a process that knows no stage, or not yet: what it says is typed in the folder that it was started in. */
export const unplaced = (root = process.cwd()): Place => ({
  stage: undefined,
  real: false,
  ...callsOf(root),
});
