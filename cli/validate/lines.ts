import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { declaredAt } from "../../src/declare/declared-at.ts";
import { projectFile } from "../../src/project/load.ts";
import type { Project } from "../../src/project/project.ts";
import type { Line } from "./finding.ts";

/** What a refusal says of its place. */
interface About {
  readonly where: string;
  readonly got: string;
  readonly stage: string | undefined;
}

/** Finds the line that a refusal is about: by its own words, by a key of a stack file, by a declaration that it names. */
export function lineFinder(project: Project, root: string): (about: About) => Line {
  const declared = declarations(project);
  const first: Line = { file: join(root, projectFile), line: 1 };
  return ({ where, got, stage }) =>
    ownLine(where, root) ??
    keyLine(where, root, stage) ??
    declaredLine(where, declared) ??
    namedFile(where, got, root) ??
    first;
}

/** `<system>/<resource>` and `<system>` → where each was declared. */
function declarations({ systems }: Project): ReadonlyMap<string, Line> {
  return new Map(
    systems.flatMap((system) => {
      const own = declaredAt(system);
      const resources = system.resources.flatMap((resource): [string, Line][] => {
        const at = declaredAt(resource) ?? own;
        return at === undefined ? [] : [[`${system.name}/${resource.name}`, at]];
      });
      return own === undefined ? resources : [[system.name, own], ...resources];
    }),
  );
}

/** `workers/dome/silo/index.ts:74`. */
function ownLine(where: string, root: string): Line | undefined {
  const [, path, line] = /(?:^|\s)([^\s:]+\.[a-z]+):(\d+)/.exec(where) ?? [];
  const file = path === undefined ? undefined : resolve(root, path);
  return file !== undefined && existsSync(file) ? { file, line: Number(line) } : undefined;
}

/** `lockstep:systems of stack dev`, `lockstep:systems of Pulumi.dev.yaml`: the key's line in the stack file, or its first. */
function keyLine(where: string, root: string, stage: string | undefined): Line | undefined {
  const [, key, named] =
    /([\w-]+:[\w-]+)[^,]*? of (?:stack |Pulumi\.)([\w-]+)/.exec(where) ??
    /^()Pulumi\.([\w-]+)\.yaml/.exec(where) ??
    /()in stack ([\w-]+)$/.exec(where) ??
    [];
  const name = named ?? stage;
  if (key === undefined || name === undefined) return undefined;
  const file = join(root, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  const wanted = key === "" ? "config:" : `${key}:`;
  const at = lines.findIndex((text) =>
    text
      .trim()
      .replace(/^["']|["'](?=:)/g, "")
      .startsWith(wanted),
  );
  return { file, line: at < 0 ? 1 : at + 1 };
}

/** The longest declared name among the words of a place. */
function declaredLine(where: string, declared: ReadonlyMap<string, Line>): Line | undefined {
  const words = where.split(/[\s,():]+/);
  const names = words.filter((word) => declared.has(word)).sort((a, b) => b.length - a.length);
  return names[0] === undefined ? undefined : declared.get(names[0]);
}

/** A file that is named; its line, where what was found in it says one. */
function namedFile(where: string, got: string, root: string): Line | undefined {
  const files = [where, ...where.split(/[\s,]+/)].map((words) => resolve(root, words));
  const file = files.find((path) => /\.[a-z]+$/.test(path) && existsSync(path));
  const line = /\bline (\d+)\b/.exec(got)?.[1];
  return file === undefined ? undefined : { file, line: Number(line ?? 1) };
}
