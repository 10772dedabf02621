import { refuse } from "../diagnostic/user-error.ts";
import type { BackupPlan } from "./backup.ts";
import { declaredHere } from "./declared-at.ts";
import type { Resource } from "./kinds/kinds.ts";
import type { ReleasePlan } from "./release.ts";
import { isDeclared } from "./workers/bound.ts";

/**
 * Databases, stores and workers that are deployed together.
 *
 * @example
 * const names = (of: System): string[] => of.resources.map(({ name }) => name);
 */
export interface System {
  /** First part of every resource's name in Pulumi's state, for good. */
  readonly name: string;
  /** The stages it exists in. @default - all */
  readonly stages?: readonly string[];
  /** Everything that belongs to it, workers and what they use. */
  readonly resources: readonly Resource[];
  /** How its new versions reach people. @default - a new version answers every request at once */
  readonly release?: ReleasePlan;
  /** What it asks of the backups of its stages. @default - what each stage says */
  readonly backup?: BackupPlan;
}

/**
 * Declares a system. Every resource that a worker uses must be listed, and every listed one must be used: anything else is
 * refused in the preview. A stack deploys it when its configuration lists the name under `lockstep:systems`.
 *
 * @param name also the first part of every resource's name in Pulumi's state, for good
 * @param options `stages`: those that it exists in; without it, all. `release`: the steps in which `just release` brings its new versions. `backup`: when a backup is due, how many stay, how old a proof may be
 * @example
 * export const notes = system("notes", [db, uploads, api]);
 * export const trial = system("trial", [tryOut], { stages: ["dev"] });
 */
export const system = (
  name: string,
  resources: readonly Resource[],
  options: {
    readonly stages?: readonly string[];
    readonly release?: ReleasePlan;
    readonly backup?: BackupPlan;
  } = {},
): System => {
  refuse(
    resources.flatMap((resource: unknown, index) =>
      isDeclared(resource)
        ? []
        : [
            {
              what: "A system lists nothing that is declared",
              where: `system ${name}, resource ${index + 1} of ${resources.length}`,
              got: resource === undefined ? "undefined" : typeof resource,
              expected: "what d1(…), worker(…) and the like declare",
              fix: "import what it names; where two files import each other, declare it in one of them",
            },
          ],
    ),
  );
  return declaredHere({ name, resources, ...options });
};
