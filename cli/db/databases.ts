import type { D1, System } from "../../src/declare/index.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";

/** A declared database by the name people use for it: `dome/silo`. */
export interface DeclaredDatabase {
  readonly key: string;
  readonly system: System;
  readonly declared: D1;
}

/** Every declared database that has migrations. */
export const declaredDatabases = ({ systems }: Project): readonly DeclaredDatabase[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) =>
      resource.kind === "d1" && resource.migrations !== undefined
        ? [{ key: `${system.name}/${resource.name}`, system, declared: resource }]
        : [],
    ),
  );

/**
 * The databases that a command is for: the named one, or all of the systems that the stage has. A name without its system will do where it is
 * the only one.
 */
export function chosen(
  project: Project,
  name: string | undefined,
  stage?: string,
): readonly DeclaredDatabase[] {
  const all = declaredDatabases(project);
  if (name === undefined)
    return all.filter(
      ({ system: { stages } }) => stage === undefined || stages === undefined || stages.includes(stage),
    );
  const found = all.filter(({ key, declared }) => key === name || declared.name === name);
  if (found.length === 1) return found;
  throw new UserError({
    what: found.length === 0 ? "There is no such database" : "Several databases have this name",
    where: "the command's words",
    got: name,
    expected: `${(found.length === 0 ? all : found).map(({ key }) => key).join(", ")}; or a stage: ${project.stages.map((stage) => stage.name).join(", ")}`,
    fix: "name one of them; a system's databases are known once project.ts lists it",
  });
}

/** The one database of a command that works on one. */
export function onlyOne(project: Project, name: string | undefined): DeclaredDatabase {
  const [first, ...others] = chosen(project, name);
  if (first !== undefined && others.length === 0) return first;
  throw new UserError({
    what: "This command works on one database",
    where: "the command's database argument",
    got: name ?? "nothing",
    expected: declaredDatabases(project)
      .map(({ key }) => key)
      .join(", "),
    fix: "name one of them",
  });
}
