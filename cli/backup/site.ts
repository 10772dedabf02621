import { join } from "node:path";
import { z } from "zod";
import type { Account } from "../../src/backup/account.ts";
import type { Source } from "../../src/backup/d1/take.ts";
import { databaseNamed, endpointOf as endpointAt, sizeOf } from "../../src/backup/databases.ts";
import { saidTwice, withDeclared } from "../../src/backup/declared.ts";
import { namespaces } from "../../src/backup/kv/namespaces.ts";
import { pairs } from "../../src/backup/kv/pairs.ts";
import type { NamespaceSource } from "../../src/backup/kv/take.ts";
import { type BackupSettings, backupShape } from "../../src/backup/settings.ts";
import { connection } from "../../src/cloudflare/connection.ts";
import { checkBackup } from "../../src/declare/check/backup.ts";
import { listedSystems } from "../../src/declare/listed-systems.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { refuse, UserError } from "../../src/diagnostic/user-error.ts";
import { queryDatabase } from "../../src/migrations/database/transports.ts";
import type { Project } from "../../src/project/project.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { stageTarget } from "../stack/account.ts";
import { apiEnvironment } from "../stack/engine/environment.ts";
import type { TargetName } from "../stack/request.ts";
import type { Request } from "./request.ts";

/** A stage's account on a target, and what its stack file says. */
export interface Site extends Account {
  readonly config: Readonly<Record<string, unknown>>;
}

export async function siteOf(
  { stage }: Pick<Request, "stage">,
  target: TargetName,
  root: string,
): Promise<Site> {
  const env = await apiEnvironment(target, stage, root);
  const { accountId } = stageTarget(stage, env, root);
  return { accountId, connection: connection(env, root), config: configOf(stage.name, root) };
}

export const configOf = (stage: string, root: string): Readonly<Record<string, unknown>> =>
  configValues(join(root, `Pulumi.${stage}.yaml`));

/** What the stack file and the stage's systems say of backups. Throws UserError where nothing or something wrong is said. */
export function settingsOf(
  { stage }: Pick<Request, "stage">,
  config: Site["config"],
  systems: Project["systems"],
): BackupSettings {
  const written = config["lockstep:backup"];
  refuse([...systems.flatMap(checkBackup), ...saidTwice(written, systems, stage.name)]);
  const parsed = backupShape.safeParse(withDeclared(written, systems));
  if (parsed.success) return parsed.data;
  if (written !== undefined)
    throw new UserError({
      what: "What is said of the stage's backups cannot be used; none was written",
      where: `Pulumi.${stage.name}.yaml, lockstep:backup`,
      got: z.prettifyError(parsed.error).replaceAll("\n", " "),
      expected: "what docs/reference.md says of lockstep:backup; at least { recipients: [age1…] }",
      fix: "correct it there",
    });
  throw new UserError({
    what: "The stage does not say who may read its backups; none was written",
    where: `Pulumi.${stage.name}.yaml, lockstep:backup`,
    got: "nothing",
    expected: "{ recipients: [age1…] }: the public keys that backups are encrypted to",
    fix: sentence`make a key, and put the lines that it prints into the stack file: ${command("backup key", { stage: stage.name, file: `lockstep-${stage.name}.key` })}`,
  });
}

/** The systems that the stack file lists. */
export const systemsOf = (
  { stage }: Pick<Request, "stage">,
  { systems }: Pick<Project, "systems">,
  config: Site["config"],
): Project["systems"] => listedSystems(systems, config["lockstep:systems"], stage);

/** The stage's databases that are there, and the keys of those that are declared and are not. */
export async function sourcesOf(
  site: Site,
  request: Request,
  systems: Project["systems"],
): Promise<{ readonly sources: readonly Source[]; readonly missing: readonly string[] }> {
  const sources: Source[] = [];
  const missing: string[] = [];
  for (const system of systems)
    for (const store of system.resources) {
      if (store.kind !== "d1") continue;
      const key = `${system.name}/${store.name}`;
      const name = physicalName(store, request.stage);
      const id = await databaseNamed(site, name);
      if (id === undefined) missing.push(key);
      else
        sources.push({
          key,
          id,
          physicalName: name,
          sizeBytes: await sizeOf(site, id),
          database: queryDatabase(endpointAt(site, id), key),
        });
    }
  return { sources, missing };
}

/** The stage's namespaces that are there, and the keys of those that are declared and are not. */
export async function namespacesOf(
  site: Site,
  request: Request,
  systems: Project["systems"],
): Promise<{ readonly sources: readonly NamespaceSource[]; readonly missing: readonly string[] }> {
  const declared = systems.flatMap((system) =>
    system.resources.flatMap((store) =>
      store.kind === "kv"
        ? [{ key: `${system.name}/${store.name}`, title: physicalName(store, request.stage) }]
        : [],
    ),
  );
  if (declared.length === 0) return { sources: [], missing: [] };
  const there = await namespaces(site);
  const sources: NamespaceSource[] = [];
  const missing: string[] = [];
  for (const { key, title } of declared) {
    const id = there.get(title);
    if (id === undefined) missing.push(key);
    else sources.push({ key, id, title, pairs: () => pairs(site, id) });
  }
  return { sources, missing };
}
