import { fileURLToPath } from "node:url";

/** The line of a project in which something is declared. */
export interface DeclaredAt {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
}

// The library may be there twice (a copy of npx and one of the project): both know it by this one symbol.
const key = Symbol.for("lockstep:declaredAt");

/**
 * Gives a declaration the line that it is written in, so that what is wrong with it is shown there. It stands beside the data:
 * whoever copies, compares or prints the declaration does not see it.
 */
export function declaredHere<Declaration extends object>(declaration: Declaration): Declaration {
  const at = callerOutside(import.meta.dirname);
  return at === undefined ? declaration : Object.defineProperty(declaration, key, { value: at });
}

/** Where a declaration was written; undefined where nothing knows, as of one that is the copy of another. */
export function declaredAt(declaration: object): DeclaredAt | undefined {
  const at: unknown = Object.getOwnPropertyDescriptor(declaration, key)?.value;
  if (typeof at !== "object" || at === null || !("file" in at && "line" in at)) return undefined;
  const { file, line } = at;
  return typeof file === "string" && typeof line === "number" ? { file, line } : undefined;
}

/** The first frame of the stack that is not of this folder: types are stripped in place, so its line is that of the source. */
function callerOutside(folder: string): DeclaredAt | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const stack = new Error("where is this declared?").stack ?? "";
  Error.stackTraceLimit = limit;
  for (const frame of stack.split("\n").slice(1)) {
    const [, path, line] = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (path === undefined) continue;
    const file = path.startsWith("file://") ? fileURLToPath(path) : path;
    if (!file.startsWith(`${folder}/`)) return { file, line: Number(line) };
  }
  return undefined;
}
