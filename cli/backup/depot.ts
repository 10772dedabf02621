import { join } from "node:path";
import { bring, isThere, pull } from "../../src/backup/bucket/mirror.ts";
import { type Depot, depotOf } from "../../src/backup/bucket/place.ts";
import type { ReadHead } from "../../src/backup/store/head.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import { stageEnvironment } from "../stack/engine/environment.ts";
import type { Request } from "./request.ts";
import { configOf, type Site, settingsOf } from "./site.ts";

/** Where the stage's backups are, with what is there by now. */
export async function depotFor({ stage, target, to }: Request, root: string): Promise<Depot> {
  const configured = configOf(stage.name, root)["lockstep:backup"];
  const whose = { root, stage: stage.name, target, configured };
  const depot = await depotOf(whose, () => stageEnvironment(target, stage, root), to);
  await pull(depot);
  return depot;
}

/** For a person: `r2: lockstep-backups, cloudflare/prod/20261130T120000Z`, or the folder. */
export const placeText = ({ folder, there }: Depot, name: string): string =>
  there === undefined ? join(folder, name) : `bucket ${there.bucket.name}, ${there.prefix}${name}`;

/** Brings the files of a backup here where it is in the stage's bucket; whether it is. One that never got there proves nothing of the bucket. */
export async function broughtHere(depot: Depot, { folder, head }: ReadHead): Promise<boolean> {
  if (depot.there === undefined || folder !== join(depot.folder, head.name)) return false;
  if (!isThere(depot, head.name))
    throw new UserError({
      what: "This backup has not reached its bucket; nothing was restored",
      where: placeText(depot, head.name),
      got: `it lies on this machine alone: ${folder}`,
      expected: "a backup that is in the bucket",
      fix: sentence`bring it there, and a new one behind it: ${command("backup")}`,
    });
  await bring(depot, head.name);
  return true;
}

/** A backup within what it is a backup of is lost with it. */
export function refuseOwn({ stage, to: given }: Request, site: Site, systems: Project["systems"]): void {
  const to = given ?? settingsOf({ stage }, site.config, systems).to;
  if (typeof to === "string" || to.accountId !== site.accountId) return;
  const own = systems.flatMap(({ resources }) => resources).filter(({ kind }) => kind === "r2");
  if (!own.some((store) => physicalName(store, stage) === to.bucket)) return;
  throw new UserError({
    what: "The backups would be in a bucket of the stage itself, and would go with it; nothing was written",
    where: `Pulumi.${stage.name}.yaml, lockstep:backup, to`,
    got: `${to.bucket} of account ${to.accountId}`,
    expected: "a bucket of another account, or of another stage",
    fix: "name another bucket, best of an account that the stage's token cannot reach",
  });
}
