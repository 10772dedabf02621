import { z } from "zod";
import type { D1, System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { type Connection, connection } from "../../src/migrations/connection.ts";
import { classify, type D1Endpoint } from "../../src/migrations/http.ts";
import { type Stage, stages } from "../../src/stages/index.ts";
import { systems } from "../../src/systems/index.ts";
import { targetOf } from "../../src/target.ts";
import { UserError } from "../../src/userError.ts";

/** Where a command works: a stage's account, and how to speak to its API. */
export interface Site {
  readonly stage: Stage;
  readonly accountId: string;
  readonly connection: Connection;
}

/** A declared database by the name people use for it: `dome/silo`. */
export interface DeclaredDatabase {
  readonly key: string;
  readonly system: System;
  readonly declared: D1;
}

/** The stage's account on the target that the environment chooses. */
export function siteOf(stageName: string, env: NodeJS.ProcessEnv, root: string): Site {
  const stage = stages.find(({ name }) => name === stageName);
  if (stage === undefined)
    throw new UserError({
      what: "There is no such stage",
      where: "the command's first argument",
      got: stageName,
      expected: stages.map(({ name }) => name).join(", "),
      fix: "name one of them",
    });
  const { accountId } = targetOf(stage, undefined, env, root);
  return { stage, accountId, connection: connection(env, root) };
}

/** Every declared database that has migrations. */
export const declaredDatabases = (): readonly DeclaredDatabase[] =>
  systems.flatMap((system) =>
    system.resources.flatMap((resource) =>
      resource.kind === "d1" && resource.migrations !== undefined
        ? [{ key: `${system.name}/${resource.name}`, system, declared: resource }]
        : [],
    ),
  );

/** The databases that a command is for: the named one, or all. A name without its system will do where it is the only one. */
export function chosen(name: string | undefined): readonly DeclaredDatabase[] {
  const all = declaredDatabases();
  if (name === undefined) return all;
  const found = all.filter(({ key, declared }) => key === name || declared.name === name);
  if (found.length === 1) return found;
  throw new UserError({
    what: found.length === 0 ? "There is no such database" : "Several databases have this name",
    where: "the command's database argument",
    got: name,
    expected: (found.length === 0 ? all : found).map(({ key }) => key).join(", "),
    fix: "name one of them",
  });
}

/** The one database of a command that works on one. */
export function onlyOne(name: string | undefined): DeclaredDatabase {
  const [first, ...others] = chosen(name);
  if (first !== undefined && others.length === 0) return first;
  throw new UserError({
    what: "This command works on one database",
    where: "the command's database argument",
    got: name ?? "nothing",
    expected: declaredDatabases()
      .map(({ key }) => key)
      .join(", "),
    fix: "name one of them",
  });
}

const found = z.array(z.object({ uuid: z.string(), name: z.string() }));

/** The live database behind a declaration; undefined when the stack has not created it yet. */
export async function endpointOf(site: Site, database: DeclaredDatabase): Promise<D1Endpoint | undefined> {
  const name = physicalName(database.declared, site.stage);
  const path = `/accounts/${site.accountId}/d1/database?name=${encodeURIComponent(name)}`;
  const response = await fetch(`${site.connection.baseUrl}${path}`, {
    headers: { authorization: `Bearer ${site.connection.token}` },
  });
  const outcome = classify(response.status, response.headers.get("retry-after"), await response.text());
  if (outcome.kind !== "done")
    throw new UserError({
      what: "The account's databases cannot be listed",
      where: path,
      got: outcome.message,
      expected: "a list",
      fix: "give the API token the permission D1 Read",
    });
  const exact = found.parse(outcome.value).find((each) => each.name === name);
  return exact === undefined
    ? undefined
    : { ...site.connection, accountId: site.accountId, databaseId: exact.uuid };
}

/** Like {@link endpointOf}, for commands that need the database to be there. */
export async function existing(site: Site, database: DeclaredDatabase): Promise<D1Endpoint> {
  const endpoint = await endpointOf(site, database);
  if (endpoint !== undefined) return endpoint;
  throw new UserError({
    what: "The database does not exist yet",
    where: `${database.key} in stage ${site.stage.name}`,
    got: `no database named ${physicalName(database.declared, site.stage)}`,
    expected: "a database that the stack has created",
    fix: `just pulumi-up ${site.stage.name}`,
  });
}
