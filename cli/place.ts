import { realpathSync } from "node:fs";
import { command, sentence } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { findProjectRoot, loadProject } from "../src/project/load.ts";
import type { Project } from "../src/project/project.ts";

/** Where a command was typed. */
export interface Place {
  /** The folder: paths in the command's words start there. */
  readonly folder: string;
  /** The project's folder; undefined where the command was typed in none. */
  readonly root: string | undefined;
}

/** The project that a command works on. */
export interface ProjectPlace {
  readonly folder: string;
  readonly root: string;
  readonly project: Project;
}

/** npm and just run their scripts in the project's folder, and say in INIT_CWD where they were called. */
export function placeHere(env: NodeJS.ProcessEnv = process.env): Place {
  // By its one true name: the engine remembers the selected stack by it.
  const here = realpathSync(process.cwd());
  const folder = env["INIT_CWD"] ?? here;
  return { folder, root: findProjectRoot(here) ?? findProjectRoot(folder) };
}

/** The project of a place. Throws UserError where there is none. */
export async function projectAt({ folder, root }: Place): Promise<ProjectPlace> {
  if (root !== undefined) return { folder, root, project: await loadProject(root) };
  throw new UserError({
    what: "This is no Lockstep project",
    where: folder,
    got: "no project.ts beside a Pulumi.yaml, here or in a folder above",
    expected: "a folder of a Lockstep project",
    fix: sentence`${command("init")} makes one here`,
  });
}
