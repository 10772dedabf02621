import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../../src/project/project.ts";
import { switchedKey, withSwitchedStage } from "../../src/project/switched.ts";
import { placesOf } from "../project.ts";
import { configValues } from "./stack-config.ts";

/**
 * The project, each stage with the stores that a restore put in the place of others on this target. A malformed entry is left to the
 * checks of the program, which refuse it.
 */
export function withSwitchedStages(
  project: Project,
  root: string,
  target: "embedded" | "cloudflare",
): Project {
  const fileOf = (stage: string): string =>
    target === "embedded" ? join(placesOf(root).config, `${stage}.yaml`) : join(root, `Pulumi.${stage}.yaml`);
  return (
    project.stages
      .map(({ name }) => ({ name, file: fileOf(name) }))
      // Most stages have none: a stack file is not parsed for it at every command.
      .filter(({ file }) => mentions(file))
      .reduce((so, { name, file }) => withSwitchedStage(so, name, configValues(file)[switchedKey]), project)
  );
}

function mentions(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes(switchedKey);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
