import { isRunning } from "../../process/is-running.ts";
import type { Account } from "../account.ts";
import { removeScript, scriptNames } from "../classes/scripts.ts";
import { databasesNamed, removeDatabase } from "../databases.ts";
import { namespaces, removeNamespace } from "../kv/namespaces.ts";
import { queueIds, removeQueue } from "../letters/letters.ts";
import { bucketsNamed, removeBucketWithObjects } from "../objects/buckets.ts";
import { indexNames, removeIndex } from "../vectors/vectors.ts";

const prefix = "lockstep-drill-";
const jurisdictions = ["default", "eu", "fedramp"] as const;

/** What a drill of this process calls the store that it restores one into. */
export const drillName = (i: number): string => `${prefix}${process.pid}-${i}`;

/** Takes away what drills left that were killed: real rows must not lie about. The embedded Cloudflare is of this machine alone, and so are their numbers. */
export async function clearLeft(account: Account): Promise<void> {
  for (const { uuid, name } of await databasesNamed(account, prefix))
    if (isLeft(name)) await removeDatabase(account, uuid);
  for (const [title, id] of await namespaces(account)) if (isLeft(title)) await removeNamespace(account, id);
  for (const [name, id] of await queueIds(account)) if (isLeft(name)) await removeQueue(account, id);
  for (const name of await scriptNames(account)) if (isLeft(name)) await removeScript(account, name);
  for (const name of await indexNames(account)) if (isLeft(name)) await removeIndex(account, name);
  for (const jurisdiction of jurisdictions)
    for (const name of await bucketsNamed(account, prefix, jurisdiction))
      if (isLeft(name)) await removeBucketWithObjects(account, { name, jurisdiction });
}

function isLeft(name: string): boolean {
  const pid = /^lockstep-drill-(\d+)-/.exec(name)?.[1];
  return pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)));
}
