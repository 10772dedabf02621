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

/**
 * Refuses a deployment of a version that is older than the one a contract migration was opened for: what the migration took
 * away, that code may still need. Checked in the preview already.
 */
export const noRollbackPastContract = (
  worker: Worker,
  context: Context,
  versionId: string,
): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `no-rollback-past-contract/${logicalName(context, worker.name)}`,
    async () => {
      const databases = uses(worker).filter((resource) => resource.kind === "d1");
      const api = connection(process.env, process.cwd());
      for (const database of databases) {
        const contracts = await contractsThatRan(api, context, database);
        if (contracts.length === 0) continue;
        const opened =
          context.contracts[logicalName(context, database.name)]?.versions[
            physicalName(worker, context.stage)
          ];
        if (opened === versionId) continue;
        const made = await madeAt(api, worker, context, versionId);
        // Without the opening at hand, all that is known is that code made after the last contract was written with it.
        const boundary =
          opened === undefined
            ? Math.max(...contracts.map(({ atMs }) => atMs))
            : await madeAt(api, worker, context, opened);
        if (made < boundary) throw past(logicalName(context, worker.name), versionId, contracts);
      }
    },
    { onDryRun: true },
  );

/** When a version of a worker was made, in milliseconds since 1970. */
async function madeAt(api: Connection, worker: Worker, context: Context, versionId: string): Promise<number> {
  const script = encodeURIComponent(physicalName(worker, context.stage));
  const path = `/accounts/${context.accountId}/workers/workers/${script}/versions/${versionId}`;
  return Date.parse(versionShape.parse(await call(api, "GET", path)).created_on);
}

interface Contract {
  readonly name: string;
  readonly atMs: number;
}

/** Without the opening at hand, all that is known is that code made after the last contract was written with it. */
export const lastOf = (contracts: readonly Contract[]): number =>
  Math.max(...contracts.map(({ atMs }) => atMs));

/** The contract files that ran on a database since its code was first released, in order. */
async function contractsThatRan(
  api: Connection,
  context: Context,
  declared: D1,
): Promise<readonly Contract[]> {
  const name = physicalName(declared, context.stage);
  const path = `/accounts/${context.accountId}/d1/database?name=${encodeURIComponent(name)}`;
  const found = databasesShape.parse(await call(api, "GET", path));
  const databaseId = found.find((each) => each.name === name)?.uuid;
  if (databaseId === undefined) return [];
  const database = queryDatabase({ ...api, accountId: context.accountId, databaseId }, name);
  const [table] = await rows(database, ["SELECT 1 FROM sqlite_schema WHERE name = '_mig_log'"]);
  if (table?.length !== 1) return [];
  const [log] = await rows(database, [
    "SELECT name, applied_at FROM _mig_log WHERE phase = 'contract' AND attempt NOT IN ('adopted', 'baseline') ORDER BY name",
  ]);
  return (log ?? []).map((row) => ({
    name: `${declared.name}: ${String(row["name"])}`,
    atMs: Date.parse(String(row["applied_at"])),
  }));
}

const past = (worker: string, versionId: string, contracts: readonly Contract[]): UserError =>
  new UserError({
    what: "A rollback past a contract migration would break the code that it brings back",
    where: `lockstep:rollout of ${worker}`,
    got: `version ${versionId}, older than the code that ${contracts.map(({ name }) => name).join(", ")} was opened for`,
    expected: "the version that the contract was opened for, or a newer one",
    fix: "roll forward: mend the code and deploy it; the old schema is gone. If it is the version that the contract was opened for: bring its opening back into the stack's configuration (lockstep:contracts)",
  });
