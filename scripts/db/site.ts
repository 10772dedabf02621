import { join } from "node:path";
import { z } from "zod";
import type { D1, System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { type Connection, connection } from "../../src/migrations/connection.ts";
import type { D1Endpoint } from "../../src/migrations/endpoint.ts";
import { callApi, remedy } from "../../src/migrations/http.ts";
import type { Job } from "../../src/migrations/job.ts";
import { type Stage, stages } from "../../src/stages/index.ts";
import { systems } from "../../src/systems/index.ts";
import { targetOf } from "../../src/target.ts";
import { UserError } from "../../src/userError.ts";
import type { Given } from "./command.ts";

/** Where a command works: a stage's account, and how to speak to its API. */
export interface Site {
  readonly stage: Stage;
  readonly embedded: boolean;
  readonly accountId: string;
  readonly connection: Connection;
}

/** A declared database by the name people use for it: `dome/silo`. */
export interface DeclaredDatabase {
  readonly key: string;
  readonly system: System;
  readonly declared: D1;
}

/**
 * The stage a command is for, and its other words: any word that is a stage's name, or `--stage`. On the embedded target it
 * is dev unless said otherwise; on a real account it has to be said.
 */
export function siteOf(given: Given): { readonly site: Site; readonly words: readonly string[] } {
  const named = given.words.filter((word) => stages.some(({ name }) => name === word));
  const asked = [...named, ...(given.text("stage") === undefined ? [] : [given.text("stage")])];
  const stage = stages.find(({ name }) => name === (asked[0] ?? "dev"));
  const target =
    stage === undefined || asked.length > 1 ? undefined : targetOf(stage, undefined, given.env, given.root);
  if (stage === undefined || target === undefined || (target.kind === "cloudflare" && asked.length === 0))
    throw new UserError({
      what: "The command needs one stage",
      where: "a word of the command, or --stage",
      got: asked.join(" and ") || "none, on a real account",
      expected: stages.map(({ name }) => name).join(", "),
      fix: "name one of them, such as: just db status staging",
    });
  const words = given.words.filter((word) => !named.includes(word));
  return {
    site: {
      stage,
      embedded: target.kind === "embedded",
      accountId: target.accountId,
      connection: connection(given.env, given.root),
    },
    words,
  };
}

/** The option that every command with a stage has. */
export const stageOption = { stage: { type: "string" } } as const;

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
    where: "the command's words",
    got: name,
    expected: `${(found.length === 0 ? all : found).map(({ key }) => key).join(", ")}; or a stage: ${stages.map((stage) => stage.name).join(", ")}`,
    fix: "name one of them; a system's databases are known once src/systems/index.ts lists it",
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
  const outcome = await callApi(site.connection, "GET", path);
  if (outcome.kind !== "done")
    throw new UserError({
      what: "The account's databases cannot be listed",
      where: path,
      got: outcome.message,
      expected: "a list",
      fix: remedy(outcome, "D1 Read"),
    });
  const exact = found.parse(outcome.value).find((each) => each.name === name);
  return exact === undefined
    ? undefined
    : { ...site.connection, accountId: site.accountId, databaseId: exact.uuid };
}

/** The databases of the selection that the stack has created, and those that it has not. */
export async function existing(
  site: Site,
  name: string | undefined,
): Promise<{ readonly there: readonly DeclaredDatabase[]; readonly missing: readonly DeclaredDatabase[] }> {
  const all = await Promise.all(
    chosen(name).map(async (database) => ({
      database,
      is: (await endpointOf(site, database)) !== undefined,
    })),
  );
  const of = (is: boolean): readonly DeclaredDatabase[] =>
    all.flatMap((each) => (each.is === is ? [each.database] : []));
  return { there: of(true), missing: of(false) };
}

/** One line for those that are not there; none when all are. */
export const missingLine = (site: Site, missing: readonly DeclaredDatabase[]): readonly string[] =>
  missing.length === 0
    ? []
    : [
        `not created yet in ${site.stage.name}: ${missing.map(({ key }) => key).join(", ")} (just pulumi-up ${site.stage.name})`,
      ];

/** A live database as migrations see it. Throws when the stack has not created it yet. */
export async function jobOf(
  site: Site,
  database: DeclaredDatabase,
  root: string,
  openThrough?: string,
): Promise<Job> {
  const endpoint = await endpointOf(site, database);
  if (endpoint === undefined)
    throw new UserError({
      what: "The database does not exist yet",
      where: `${database.key} in stage ${site.stage.name}`,
      got: `no database named ${physicalName(database.declared, site.stage)}`,
      expected: "a database that the stack has created",
      fix: `just pulumi-up ${site.stage.name}`,
    });
  const folder = database.declared.migrations ?? "";
  return {
    label: database.key,
    folder,
    directory: join(root, folder),
    openThrough,
    connection: site.connection,
    accountId: site.accountId,
    databaseId: endpoint.databaseId,
  };
}
