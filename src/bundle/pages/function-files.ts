import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { filesBelow } from "./files.ts";

/** A file in the folder of functions and what it exports. Files without handlers are there to be imported. */
export interface FunctionFile {
  /** From the folder of functions. */
  readonly path: string;
  /** From the project's root. */
  readonly file: string;
  readonly handlers: readonly Exported[];
  readonly others: readonly Exported[];
}

export interface Exported {
  readonly name: string;
  readonly line: number;
}

const isCode = (path: string): boolean => /\.(mjs|js|ts|tsx|jsx)$/.test(path);
const isHandler = (name: string): boolean =>
  /^onRequest(Get|Post|Put|Patch|Delete|Options|Head)?$/.test(name);

/** Reads the exports of every code file, compiling each by itself: nothing is imported and nothing is run. */
export async function functionFiles(folder: string, root: string): Promise<readonly FunctionFile[]> {
  const paths = filesBelow(join(root, folder)).filter(isCode);
  if (paths.length === 0) return [];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: paths.map((path) => join(root, folder, path)),
    outdir: join(root, ".lockstep"),
    write: false,
    metafile: true,
    tsconfigRaw: {},
    logLevel: "silent",
  });
  const exports = new Map(
    Object.values(metafile.outputs).map((output) => [resolve(root, output.entryPoint ?? ""), output.exports]),
  );
  return paths.map((path) => {
    const text = readFileSync(join(root, folder, path), "utf8");
    const found = (exports.get(resolve(root, folder, path)) ?? []).map((name) => ({
      name,
      line: lineOf(text, name),
    }));
    return {
      path,
      file: `${folder}/${path}`,
      handlers: found.filter(({ name }) => isHandler(name)),
      others: found.filter(({ name }) => !isHandler(name)),
    };
  });
}

/** The first line that exports the name; else the first that exports anything; else 1. */
function lineOf(text: string, name: string): number {
  const lines = text.split("\n");
  const exporting = lines.flatMap((line, i) => (/^\s*export\b/.test(line) ? [i] : []));
  const own = exporting.find((i) => (lines[i] ?? "").includes(name));
  return (own ?? exporting[0] ?? 0) + 1;
}

/** Names that Pages would take for something else, or never ask. */
export function checkFunctionFiles(files: readonly FunctionFile[]): readonly Diagnostic[] {
  return files.flatMap(({ path, file, handlers, others }) => {
    const misspelt = others
      .filter(({ name }) => /^onrequest/i.test(name))
      .map(({ name, line }) => ({
        what: `An export that looks like a handler and is none: ${name}`,
        where: `${file}:${line}`,
        got: name,
        expected: "onRequest, or onRequestGet, Post, Put, Patch, Delete, Options or Head after it",
        fix: "correct the name; it would never be asked",
      }));
    return [...misspelt, ...(handlers.length === 0 ? [] : names(path, file))];
  });
}

/** Of a path: what no route can be made of. */
function names(path: string, file: string): readonly Diagnostic[] {
  const route = path.replace(/\.[a-z]+$/, "");
  const params = [...route.matchAll(/\[\[([^\]]*)\]\]|\[([^\]]*)\]/g)].map(
    ([, many, one]) => many ?? one ?? "",
  );
  const reasons = [
    [
      params.some((name) => !/^\w+$/.test(name)),
      "parameters whose names have letters, digits and underscores alone",
    ],
    [/[:*]/.test(route), "a name without `:` and `*`, which stand for parameters"],
    [/\][[]/.test(route), "a text between two parameters of one segment"],
    [
      /[^/[]\[\[|\]\][^/]/.test(route),
      "a parameter for any number of segments as the whole name: `[[path]]`",
    ],
  ] as const;
  return reasons
    .filter(([isWrong]) => isWrong)
    .map(([, expected]) => ({
      what: "A function file whose name is no route",
      where: `${file}:1`,
      got: path,
      expected,
      fix: "rename the file",
    }));
}

/** A file with exports, no handler, and no other file that imports it is a route that somebody forgot to finish. */
export function checkUnused(
  files: readonly FunctionFile[],
  inputs: readonly string[],
): readonly Diagnostic[] {
  return files
    .filter(
      ({ file, handlers, others }) =>
        handlers.length === 0 && others.length > 0 && !inputs.includes(file) && !isTest(file),
    )
    .map(({ file, others }) => ({
      what: "A function file that exports no handler",
      where: `${file}:${others[0]?.line ?? 1}`,
      got: others.map(({ name }) => name).join(", "),
      expected: "onRequest or onRequestGet, onRequestPost …, or a file that a function imports",
      fix: "name the handler onRequest, or move the file out of the folder of functions",
    }));
}

const isTest = (file: string): boolean => /\.(test|spec)\.[a-z]+$/.test(file);
