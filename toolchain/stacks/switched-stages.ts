import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "../../src/project/project.ts";
import {
  type Kept,
  type Switched,
  switchedKey,
  switchedShape,
  withSwitchedStage,
} from "../../src/project/switched.ts";
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
  return (
    project.stages
      .map(({ name }) => ({ name, file: fileOf(name, root, target) }))
      // Most stages have none: a stack file is not parsed for it at every command.
      .filter(({ file }) => mentions(file))
      .reduce((so, { name, file }) => withSwitchedStage(so, name, configValues(file)[switchedKey]), project)
  );
}

/** The names of all stores that serve or served in the place of others: people have written into them. Throws where the entry is malformed. */
export function switchedNames(
  stage: string,
  root: string,
  target: "embedded" | "cloudflare",
): readonly string[] {
  const switched = Object.values(switchedIn(stage, root, target));
  return switched.flatMap(({ name, kept }) => [name, ...kept.map((each) => each.name)]);
}

/** A store that served before another one was put in its place. */
export interface KeptStore extends Kept {
  readonly stage: string;
  readonly kind: string;
  /** `<system>/<name>` of what it was. */
  readonly resource: string;
}

/** What a stage's restores and switches back have left beside what serves. Throws where the entry is malformed. */
export const keptStores = (
  stage: string,
  root: string,
  target: "embedded" | "cloudflare",
): readonly KeptStore[] =>
  Object.entries(switchedIn(stage, root, target)).flatMap(([label, { kept }]) => {
    const [kind = "", resource = ""] = label.split(" ");
    return kept.map((each) => ({ ...each, stage, kind, resource }));
  });

function switchedIn(stage: string, root: string, target: "embedded" | "cloudflare"): Switched {
  const file = fileOf(stage, root, target);
  return mentions(file) ? switchedShape.parse(configValues(file)[switchedKey] ?? {}) : {};
}

/** The file in which the engine keeps a stage's configuration. */
const fileOf = (stage: string, root: string, target: "embedded" | "cloudflare"): string =>
  target === "embedded" ? join(placesOf(root).config, `${stage}.yaml`) : join(root, `Pulumi.${stage}.yaml`);

function mentions(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes(switchedKey);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
