import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { at, isProps, listAt, unknown, type Value } from "../../seen/values.ts";
import { about, cannotTell, type StackFinding, type StackRule, violation } from "../rule.ts";

/** Properties of a version's migrations that make, rename or delete classes. */
const changes = [
  "newClasses",
  "newSqliteClasses",
  "renamedClasses",
  "deletedClasses",
  "transferredClasses",
  "steps",
] as const;

/** Objects belong to one set of classes: two versions with different ones cannot serve at the same time. */
export const classesChangeAlone: StackRule = {
  id: "classes-change-alone",
  title:
    "A version that makes, renames or deletes classes of Durable Objects is deployed at 100 %, and no class is deleted in a protected stage.",
  why: "Cloudflare refuses a split of traffic over different classes (code 10211), in the middle of an update. A deleted class takes every object of it along.",
  remediation:
    "Deploy the version with the migration alone; end the rollout first. Delete a class only in a change of its own, with the rule allowed for the worker.",
  severity: "critical",
  levels: { protected: "mandatory", others: "mandatory" },
  settings: { allow: { kind: "list", says: "Workers whose classes may be deleted, by their logical names" } },
  checkStack: (resources, { list, protected: holdsData }) =>
    resources
      .filter(({ type }) => type === types.version || type === types.script)
      .flatMap((version): readonly StackFinding[] => {
        const migrations = at(version.props, "migrations");
        if (migrations === unknown)
          return [about(version, cannotTell(version, "whether it changes classes of Durable Objects"))];
        if (!isProps(migrations)) return [];
        const deleted = deletedIn(version);
        const deletes =
          holdsData && deleted.length > 0 && !list("allow").includes(version.name)
            ? [
                about(
                  version,
                  violation(
                    `${version.name} deletes the class ${deleted.join(", ")} of Durable Objects: every object of it is deleted with what it holds. Keep the class, or allow it for ${version.name} in a change of its own.`,
                  ),
                ),
              ]
            : [];
        if (!changes.some((change) => isFilled(at(migrations, change)))) return deletes;
        const splits = resources
          .filter((each) => each.type === types.deployment && isOf(each, version))
          .filter(({ props }) => {
            const versions = listAt(props, "versions");
            return versions !== unknown && versions.length > 1;
          });
        return [
          ...deletes,
          ...splits.map((deployment) =>
            about(
              deployment,
              violation(
                `${deployment.name} splits the requests between versions while ${version.name} changes classes of Durable Objects: Cloudflare refuses that (10211). Deploy the version with the change alone, at 100 %.`,
              ),
            ),
          ),
        ];
      }),
};

const isFilled = (value: ReturnType<typeof at>): boolean => Array.isArray(value) && value.length > 0;

function deletedIn({ props }: SeenResource): readonly string[] {
  const steps = listAt(props, "migrations", "steps");
  const each: readonly Value[] = [at(props, "migrations"), ...(steps === unknown ? [] : steps)];
  return each.flatMap((step) => {
    const names = listAt(step, "deletedClasses");
    return names === unknown ? [] : names.flatMap((name) => (typeof name === "string" ? [name] : []));
  });
}

/** A deployment waits for the version that it deploys. */
const isOf = (deployment: SeenResource, version: SeenResource): boolean =>
  deployment.dependsOn.includes(version.urn) || deployment.name === version.name;
