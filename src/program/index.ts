/** What a Pulumi program calls: `index.ts` of a project is its import, the project, and this one call. */
import * as pulumi from "@pulumi/pulumi";
import { placeOfRun } from "../cloudflare/place-of-run.ts";
import { placed, UserError } from "../diagnostic/user-error.ts";
import type { Project } from "../project/project.ts";
import type { Outputs } from "./outputs.ts";
import { program } from "./program.ts";

/**
 * Deploys the systems that the current stack lists, and gives the stack's outputs. What the user can mend ends the program with
 * its message alone; anything else is a bug and keeps its stack.
 *
 * @param root the project's folder. @default the folder that Pulumi runs the program in
 *
 * @example
 * ```ts
 * import { deployProject } from "lockstep/program";
 * import project from "./project.ts";
 * export default await deployProject(project);
 * ```
 */
export async function deployProject(project: Project, root: string = process.cwd()): Promise<Outputs> {
  const given = {
    project,
    stack: pulumi.getStack(),
    config: pulumi.runtime.allConfig(),
    env: process.env,
    root,
  };
  return program(given).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new pulumi.RunError(placed(error, placeOfRun(given.stack, given.root)).message);
  });
}
