// Holds the examples of docstrings to the types: each becomes a module of its own, in memory.
import { join } from "node:path";
import ts from "typescript";
import { compilerOptions, root } from "./entries.ts";

/** An example, and where it stands. */
export interface Example {
  readonly of: string;
  readonly text: string;
}

const folder = join(root, "examples");

/** What examples speak of without declaring it. */
const assumed = `
declare const settings: { readonly main: "workers/a.ts"; readonly compatibilityDate: "2026-06-01" };
declare const notes: import("../src/index.ts").D1; declare const db: typeof notes; declare const uploads: import("../src/index.ts").R2;
declare const notesSystem: import("../src/index.ts").System;
declare const silo: import("../src/index.ts").Worker; declare const siloWorker: typeof silo; declare const api: typeof silo; declare const tryOut: typeof silo; declare const rooms: typeof silo;
declare const orders: import("../src/index.ts").Queue<Order>; declare const failed: typeof orders;
interface Order { readonly id: string }
interface Room { say(text: string): Promise<void>; exportStorage(): ReadableStream; importStorage(exported: ReadableStream): Promise<void> }
interface Notes { get(id: string): Promise<string> }
`;

/** Modules that examples import, beside the library itself. */
const neighbours: Readonly<Record<string, string>> = {
  "examples/assumed.d.ts": assumed,
  "examples/src/systems/notes.ts":
    'import { system } from "../../../src/index.ts"; export const notes = system("notes", []);',
  "examples/project.ts":
    'import { defineProject } from "../src/index.ts"; export default defineProject({ systems: [], stages: [] });',
  "workers/notes/silo/notes.ts": "export interface Notes { get(id: string): Promise<string> }",
};

/** Names that examples use without importing them, by the module that exports them. */
type Exports = ReadonlyMap<string, readonly { readonly name: string }[]>;

/** A line for each mistake. */
export function mistakesIn(examples: readonly Example[], exported: Exports): readonly string[] {
  const texts = new Map(Object.entries(neighbours).map(([path, text]) => [join(root, path), text] as const));
  const names = new Map<string, string>();
  for (const [index, { of, text }] of examples.entries()) {
    const path = join(folder, `${index}.ts`);
    names.set(path, of);
    texts.set(path, moduleOf(text, exported));
  }
  const options: ts.CompilerOptions = {
    ...compilerOptions(),
    // An example imports types and values alike.
    verbatimModuleSyntax: false,
    isolatedModules: false,
    paths: {
      lockstep: [join(root, "src/index.ts")],
      "lockstep/program": [join(root, "src/program/index.ts")],
      "lockstep/testing": [join(root, "harness/index.ts")],
    },
  };
  const program = ts.createProgram([...texts.keys()], options, withFiles(texts, options));
  return [...texts.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    // Of the library's own files nothing is looked at again.
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${names.get(path) ?? path}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

/** The example with the imports that it leaves to its reader. */
function moduleOf(text: string, exported: Exports): string {
  const isUsed = (name: string): boolean =>
    new RegExp(`\\b${name}\\b`).test(text) &&
    !new RegExp(`import [^;]*\\b${name}\\b[^;]*from|(?:const|interface|type) ${name}\\b`).test(text);
  const imports = [...exported].map(([file, entries]) => {
    const names = entries.map(({ name }) => name).filter(isUsed);
    return `import { ${names.join(", ")} } from "../${file}";`;
  });
  return `${imports.join(" ")}\n${text}\nexport {};`;
}

function withFiles(texts: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  return {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => texts.get(path) ?? host.readFile(path),
    getSourceFile(path, version, ...rest) {
      const text = texts.get(path);
      return text === undefined
        ? host.getSourceFile(path, version, ...rest)
        : ts.createSourceFile(path, text, version);
    },
    directoryExists: (path) =>
      [...texts.keys()].some((each) => each.startsWith(`${path}/`)) || ts.sys.directoryExists(path),
  };
}
