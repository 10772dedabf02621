import { realpathSync } from "node:fs";
import { command, sentence } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import { findProjectRoot, loadProject } from "../src/project/load.ts";
import type { Project } from "../src/project/project.ts";
import { withSwitchedStages } from "../toolchain/stacks/switched-stages.ts";

type TargetName = Parameters<typeof withSwitchedStages>[2];

/** Where a command was typed. */
export interface Place {
  /** The folder: paths in the command's words start there. */
  readonly folder: string;
  /** The project's folder; undefined where the command was typed in none. */
  readonly root: string | undefined;
  /** The target that the command's words name. @default "embedded" */
  readonly target?: TargetName | undefined;
}

/** The project that a command works on. */
export interface ProjectPlace {
  readonly folder: string;
  readonly root: string;
  readonly project: Project;
}

/** npm and just run their scripts in the project's folder, and say in INIT_CWD where they were called. */
export function placeHere(target: TargetName = "embedded", env: NodeJS.ProcessEnv = process.env): Place {
  // By its one true name: the engine remembers the selected stack by it.
  const here = realpathSync(process.cwd());
  const folder = env["INIT_CWD"] ?? here;
  return { folder, root: findProjectRoot(here) ?? findProjectRoot(folder), target };
}

/** The target that is among the words of a command line; what is wrong with it, the command itself says. */
export const targetTyped = (args: readonly string[]): TargetName =>
  args.some(
    (word, at) => word === "--target=cloudflare" || (word === "--target" && args[at + 1] === "cloudflare"),
  )
    ? "cloudflare"
    : "embedded";

/** The project of a place, its stages with what was switched in them on the place's target. Throws UserError where there is none. */
export async function projectAt({ folder, root, target = "embedded" }: Place): Promise<ProjectPlace> {
  if (root !== undefined) {
    const project = await loadProject(root);
    return { folder, root, project: withSwitchedStages(project, root, target) };
  }
  throw new UserError({
    what: "This is no Lockstep project",
    where: folder,
    got: "no project.ts beside a Pulumi.yaml, here or in a folder above",
    expected: "a folder of a Lockstep project",
    fix: sentence`${command("init")} makes one here`,
  });
}
