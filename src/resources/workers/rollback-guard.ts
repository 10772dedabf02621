import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { call } from "../../cloudflare/api.ts";
import { type Connection, connection } from "../../cloudflare/connection.ts";
import { uses } from "../../declare/graph.ts";
import type { D1, Worker } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { rows } from "../../migrations/database/database.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import { type Context, logicalName } from "../context.ts";

const versionShape = z.object({ created_on: z.string() });
const databasesShape = z.array(z.object({ uuid: z.string(), name: z.string() }));

/** What of the deployment decides how far back a version may lie. */
type Place = Pick<Context, "stage" | "accountId" | "system" | "contracts">;

/** Asks {@link refusePastContract} before a deployment is made, in the preview already. */
export const noRollbackPastContract = (
  worker: Worker,
  context: Context,
  versionId: string,
): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `no-rollback-past-contract/${logicalName(context, worker.name)}`,
    () => refusePastContract(connection(process.env, process.cwd()), worker, context, versionId),
    { onDryRun: true },
  );

/**
 * Refuses a version that is older than the one a contract migration was opened for: what the migration took away, that code
 * may still need. Throws UserError.
 */
export async function refusePastContract(
  api: Connection,
  worker: Worker,
  place: Place,
  versionId: string,
): Promise<void> {
  const [past] = await pastContracts(api, worker, place, versionId);
  if (past !== undefined) throw pastError(logicalName(place, worker.name), versionId, past);
}

/** A database whose contracts a version is too old for. */
export interface PastContract {
  readonly database: D1;
  /** All that ran on it, in order. */
  readonly contracts: readonly Contract[];
}

/** The databases of a worker whose contract migrations a version of it is too old for. */
export async function pastContracts(
  api: Connection,
  worker: Worker,
  place: Place,
  versionId: string,
): Promise<readonly PastContract[]> {
  const found: PastContract[] = [];
  for (const database of uses(worker)) {
    if (database.kind !== "d1") continue;
    const contracts = await contractsThatRan(api, place, database);
    if (contracts.length === 0) continue;
    const opened =
      place.contracts[logicalName(place, database.name)]?.versions[physicalName(worker, place.stage)];
    if (opened === versionId) continue;
    const made = await madeAt(api, worker, place, versionId);
    // Without the opening at hand, all that is known is that code made after the last contract was written with it.
    const boundary =
      opened === undefined
        ? Math.max(...contracts.map(({ atMs }) => atMs))
        : await madeAt(api, worker, place, opened);
    if (made < boundary) found.push({ database, contracts });
  }
  return found;
}

/** When a version of a worker was made, in milliseconds since 1970. */
async function madeAt(api: Connection, worker: Worker, place: Place, versionId: string): Promise<number> {
  const script = encodeURIComponent(physicalName(worker, place.stage));
  const path = `/accounts/${place.accountId}/workers/workers/${script}/versions/${versionId}`;
  return Date.parse(versionShape.parse(await call(api, "GET", path)).created_on);
}

/** A contract file that ran. */
export interface Contract {
  readonly name: string;
  readonly atMs: number;
}

/** The contract files that ran on a database since its code was first released, in order. */
async function contractsThatRan(api: Connection, place: Place, declared: D1): Promise<readonly Contract[]> {
  const name = physicalName(declared, place.stage);
  const path = `/accounts/${place.accountId}/d1/database?name=${encodeURIComponent(name)}`;
  const found = databasesShape.parse(await call(api, "GET", path));
  const databaseId = found.find((each) => each.name === name)?.uuid;
  if (databaseId === undefined) return [];
  const database = queryDatabase({ ...api, accountId: place.accountId, databaseId }, name);
  const [table] = await rows(database, ["SELECT 1 FROM sqlite_schema WHERE name = '_mig_log'"]);
  if (table?.length !== 1) return [];
  const [log] = await rows(database, [
    "SELECT name, applied_at FROM _mig_log WHERE phase = 'contract' AND attempt NOT IN ('adopted', 'baseline') ORDER BY name",
  ]);
  return (log ?? []).map((row) => ({
    name: String(row["name"]),
    atMs: Date.parse(String(row["applied_at"])),
  }));
}

const pastError = (worker: string, versionId: string, { database, contracts }: PastContract): UserError =>
  new UserError({
    what: "A rollback past a contract migration would break the code that it brings back",
    where: `lockstep:rollout of ${worker}`,
    got: `version ${versionId}, older than the code that ${contracts.map(({ name }) => `${database.name}: ${name}`).join(", ")} was opened for`,
    expected: "the version that the contract was opened for, or a newer one",
    fix: "roll forward: mend the code and deploy it; the old schema is gone. If it is the version that the contract was opened for: bring its opening back into the stack's configuration (lockstep:contracts)",
  });
