import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join, resolve } from "node:path";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { PlannedHook } from "./conduct.ts";

/** Where a hook would be run. */
export interface Machine {
  /** The project's folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A hook whose program cannot be started. */
export interface Unstartable {
  readonly diagnostic: Diagnostic;
  /** Whether a file of the project is wrong, and not what this machine has. */
  readonly isOfProject: boolean;
}

type Wrong = Pick<Diagnostic, "got" | "fix"> & Pick<Unstartable, "isOfProject">;

/**
 * The hooks whose program cannot be started here, as far as that can be seen without starting it: it is missing, may not be executed, or is
 * a script whose interpreter, or for an interpreter whose script, is missing.
 */
export const unstartableHooks = (hooks: readonly PlannedHook[], machine: Machine): readonly Unstartable[] =>
  hooks.flatMap((hook): Unstartable[] => {
    const wrong = "command" in hook ? wrongWith(hook.command, machine) : undefined;
    if (wrong === undefined) return [];
    const [system, ...name] = hook.label.split("/");
    const { isOfProject, got, fix } = wrong;
    const diagnostic: Diagnostic = {
      what: `Hook ${hook.label} cannot be run`,
      where: `${system}, release, hook ${name.join("/")}, command`,
      got,
      expected: "a program that can be started, without a shell, in the project's folder",
      fix,
    };
    return [{ diagnostic, isOfProject }];
  });

function wrongWith([program = "", ...words]: readonly string[], machine: Machine): Wrong | undefined {
  // A declaration that names none is refused as one.
  if (program.trim() === "") return undefined;
  return program.includes("/")
    ? wrongFile(program, machine)
    : (wrongName(program, machine) ?? missingScript(program, words, machine));
}

function wrongFile(program: string, machine: Machine): Wrong | undefined {
  const file = resolve(machine.root, program);
  const isOfProject = !isAbsolute(program);
  const kind = kindOf(file);
  if (kind === "missing")
    return { isOfProject, got: `no file ${program}`, fix: "correct the path, or add the file" };
  if (kind === "other")
    return { isOfProject, got: `${program}, which is no file`, fix: "name the program itself" };
  if (kind === "file")
    return {
      isOfProject,
      got: `${program}, which may not be executed`,
      fix: `chmod +x ${program}; git keeps that with: git update-index --chmod=+x ${program}`,
    };
  const interpreter = interpreterOf(file);
  if (interpreter === undefined || isThere(interpreter, machine)) return undefined;
  return {
    isOfProject: interpreter.endsWith("\r"),
    got: `${program}, whose first line names ${JSON.stringify(interpreter)}, and that is not here`,
    fix: interpreter.endsWith("\r")
      ? "give the file the line ends of Unix: its first line ends with a carriage return"
      : "install it on the machine that releases, or correct the first line",
  };
}

const wrongName = (program: string, machine: Machine): Wrong | undefined =>
  isThere(program, machine)
    ? undefined
    : {
        isOfProject: false,
        got: `no program ${program} on PATH`,
        fix: `install it on the machine that releases; a file of the project is named with a slash: ./${program}`,
      };

/** What runs a file that its first word names, and looks for it nowhere else. */
const interpreters = new Set(["node", "bun", "python", "python3", "ruby", "perl", "sh", "bash"]);

function missingScript(program: string, words: readonly string[], { root }: Machine): Wrong | undefined {
  const [script = ""] = words;
  // An option comes first, or a name without an ending, which a runtime may complete; a shell looks on PATH as well.
  const isFile = /^[^-].*\.(?:[cm]?[jt]s|py|rb|pl|sh)$/.test(script);
  if (!interpreters.has(basename(program)) || !isFile) return undefined;
  if (/sh$/.test(program) && !script.includes("/")) return undefined;
  return kindOf(resolve(root, script)) === "missing"
    ? {
        isOfProject: !isAbsolute(script),
        got: `no file ${script}, which ${program} is to run`,
        fix: "correct the path, or add the file",
      }
    : undefined;
}

/** Of a script's first line: the program, or what `env` is to find on PATH; undefined for what is no script. */
function interpreterOf(file: string): string | undefined {
  // A program that may be started and not read is none of ours to judge.
  if (!may(file, constants.R_OK)) return undefined;
  const line = readFileSync(file).subarray(0, 256).toString("latin1").split("\n")[0] ?? "";
  const [, program, word] = /^#![ \t]*([^ \t]+)(?:[ \t]+([^ \t]+))?/.exec(line) ?? [];
  return program !== undefined && basename(program) === "env" && word !== undefined && !word.startsWith("-")
    ? word
    : program;
}

function isThere(program: string, { root, env }: Machine): boolean {
  if (program.includes("/")) return kindOf(resolve(root, program)) === "program";
  return (env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => kindOf(join(resolve(root, folder), program)) === "program");
}

function kindOf(file: string): "missing" | "other" | "file" | "program" {
  // A folder that may not be searched counts as one without it.
  if (!may(file, constants.F_OK)) return "missing";
  if (!statSync(file).isFile()) return "other";
  return may(file, constants.X_OK) ? "program" : "file";
}

function may(file: string, how: number): boolean {
  try {
    accessSync(file, how);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
