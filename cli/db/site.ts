import { join } from "node:path";
import { z } from "zod";
import { rowsReadLines } from "../../src/backup/d1/rows-read.ts";
import { sizeOf } from "../../src/backup/databases.ts";
import { backupFolder } from "../../src/backup/settings.ts";
import { type Connection, connection } from "../../src/cloudflare/connection.ts";
import { callApi, remedy } from "../../src/cloudflare/http.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { D1Endpoint } from "../../src/migrations/database/endpoint.ts";
import type { Job } from "../../src/migrations/plan/job.ts";
import type { Stage } from "../../src/project/stage.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { stageTarget } from "../stack/account.ts";
import { apiEnvironment } from "../stack/engine/environment.ts";
import type { TargetName } from "../stack/request.ts";
import type { Given } from "./command.ts";
import type { DeclaredDatabase } from "./databases.ts";
import type { Place } from "./place.ts";

/** Where a command works: a stage's account, and how to speak to its API. */
export interface Site {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly accountId: string;
  readonly connection: Connection;
}

/** Finds the account, and says it when it is a real one; on the embedded target its process is started when it does not run. */
export async function siteOf({ stage, target }: Place, { root, say }: Given): Promise<Site> {
  const env = await apiEnvironment(target, stage, root);
  const { accountId } = stageTarget(stage, env, root);
  if (target === "cloudflare") say(`${stage.name}, account ${accountId}`);
  return { stage, target, accountId, connection: connection(env, root) };
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
  selection: readonly DeclaredDatabase[],
): Promise<{ readonly there: readonly DeclaredDatabase[]; readonly missing: readonly DeclaredDatabase[] }> {
  const all = await Promise.all(
    selection.map(async (database) => ({
      database,
      is: (await endpointOf(site, database)) !== undefined,
    })),
  );
  const of = (is: boolean): readonly DeclaredDatabase[] =>
    all.flatMap((each) => (each.is === is ? [each.database] : []));
  return { there: of(true), missing: of(false) };
}

/** One line for those that are not there; none when all are. */
export const missingLine = (site: Site, missing: readonly DeclaredDatabase[]): readonly Sentence[] =>
  missing.length === 0
    ? []
    : [
        sentence`not created yet in ${site.stage.name}: ${missing.map(({ key }) => key).join(", ")} (${command("up")})`,
      ];

/** A live database as migrations see it. Throws when the stack has not created it yet. */
export async function jobOf(site: Site, database: DeclaredDatabase, root: string): Promise<Job> {
  const endpoint = await endpointOf(site, database);
  if (endpoint === undefined)
    throw new UserError({
      what: "The database does not exist yet",
      where: `${database.key} in stage ${site.stage.name}`,
      got: `no database named ${physicalName(database.declared, site.stage)}`,
      expected: "a database that the stack has created",
      fix: isListed(database, site.stage, root)
        ? [command("up", { stage: site.stage.name })]
        : sentence`${site.stage.name} does not have its system: put it into lockstep:systems of Pulumi.${site.stage.name}.yaml, then ${command("up", { stage: site.stage.name })}`,
    });
  const folder = database.declared.migrations ?? "";
  return {
    label: database.key,
    folder,
    directory: join(root, folder),
    opened: undefined,
    connection: site.connection,
    accountId: site.accountId,
    databaseId: endpoint.databaseId,
  };
}

/** The size of a live database that is about to be read whole, and what that costs, for whoever waits. */
export async function toBeRead(
  { stage, target }: Site,
  { label, connection: api, accountId, databaseId }: Job,
  root: string,
): Promise<{ readonly sizeBytes: number; readonly cost: readonly string[] }> {
  const sizeBytes = await sizeOf({ connection: api, accountId }, databaseId);
  const configured = configValues(join(root, `Pulumi.${stage.name}.yaml`))["lockstep:backup"];
  const folder = backupFolder({ root, stage: stage.name, target, configured });
  return { sizeBytes, cost: rowsReadLines(folder, [{ key: label, sizeBytes }]) };
}

const systems = z.array(z.string()).optional().catch(undefined);

/** Whether the stage is to have the database's system: an `up` makes no other. */
function isListed({ key }: DeclaredDatabase, stage: Stage, root: string): boolean {
  const listed = systems.parse(configValues(join(root, `Pulumi.${stage.name}.yaml`))["lockstep:systems"]);
  return listed?.includes(key.split("/")[0] ?? "") ?? true;
}
