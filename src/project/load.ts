import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { command, sentence } from "../diagnostic/sentence.ts";
import { UserError } from "../diagnostic/user-error.ts";
import { imported } from "./imported.ts";
import type { Project } from "./project.ts";
import { withPullRequests } from "./with-pull-requests.ts";

/** The file that makes a folder a project: its default export is what `defineProject` gave. */
export const projectFile = "project.ts";

/** The project's folder: the nearest one, from here upwards, with a `project.ts` and a `Pulumi.yaml`; undefined where there is none. */
export function findProjectRoot(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectFile)) && existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The project that a folder's `project.ts` exports, with a stage for each pull request that has a stack file there. Throws UserError
 * when there is none, or when it exports something else.
 */
export async function loadProject(root: string): Promise<Project> {
  const path = join(root, projectFile);
  if (!existsSync(path))
    throw new UserError({
      what: "This folder is no Lockstep project",
      where: root,
      got: `no ${projectFile}`,
      expected: `a ${projectFile} that exports defineProject({ … }) by default`,
      fix: sentence`${command("init")} makes one`,
    });
  const module = await imported(path, root);
  const exported =
    typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
  if (isProject(exported)) return withPullRequests(exported, stacksIn(root));
  throw new UserError({
    what: `${projectFile} does not export a project`,
    where: path,
    got: exported === undefined ? "no default export" : "a default export that defineProject did not make",
    expected: "export default defineProject({ systems, stages })",
    fix: 'import { defineProject } from "lockstep", and export by default what it gives',
  });
}

/** The stacks that a folder has a file of. */
const stacksIn = (root: string): readonly string[] =>
  readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .toSorted();

/** The accounts of the embedded Cloudflare that a folder's project needs: one for each stage, and one for all pull requests; undefined where there is no project. */
export async function embeddedAccounts(root: string): Promise<readonly string[] | undefined> {
  if (!existsSync(join(root, projectFile))) return undefined;
  const { stages, pullRequests } = await loadProject(root);
  const ofStages = stages.map(({ embeddedAccount }) => embeddedAccount);
  return [...new Set([...ofStages, ...(pullRequests === undefined ? [] : [pullRequests.embeddedAccount])])];
}

/** The library may be there twice (a copy of npx and one of the project): what counts is the shape, which defineProject has checked. */
function isProject(value: unknown): value is Project {
  if (typeof value !== "object" || value === null || !Object.isFrozen(value)) return false;
  if (!("systems" in value && "stages" in value)) return false;
  return (
    Array.isArray(value.systems) &&
    Array.isArray(value.stages) &&
    value.stages.every(
      (stage: unknown) => typeof stage === "object" && stage !== null && "nameSuffix" in stage,
    )
  );
}
