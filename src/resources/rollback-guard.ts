import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { uses } from "../declare/graph.ts";
import type { D1, Worker } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import { call } from "../dynamic/api.ts";
import { type Connection, connection } from "../migrations/connection.ts";
import { rows } from "../migrations/protocol/database.ts";
import { queryDatabase } from "../migrations/protocol/transports.ts";
import { UserError } from "../userError.ts";
import { type Context, logicalName } from "./context.ts";

const versionShape = z.object({ created_on: z.string() });
const databasesShape = z.array(z.object({ uuid: z.string(), name: z.string() }));

/**
 * Refuses a deployment of a version that is older than a contract migration of a database it binds: what the migration took
 * away, that code still needs. Checked in the preview already.
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
      if (databases.length === 0) return;
      const api = connection(process.env, process.cwd());
      const script = encodeURIComponent(physicalName(worker, context.stage));
      const path = `/accounts/${context.accountId}/workers/workers/${script}/versions/${versionId}`;
      const { created_on: createdOn } = versionShape.parse(await call(api, "GET", path));
      for (const database of databases) {
        const later = await contractsAfter(api, context, database, createdOn);
        if (later.length > 0) throw past(logicalName(context, worker.name), versionId, createdOn, later);
      }
    },
    { onDryRun: true },
  );

/** Contract files that ran on the database after a moment. */
async function contractsAfter(
  api: Connection,
  context: Context,
  declared: D1,
  moment: string,
): Promise<readonly string[]> {
  const name = physicalName(declared, context.stage);
  const found = databasesShape.parse(
    await call(api, "GET", `/accounts/${context.accountId}/d1/database?name=${encodeURIComponent(name)}`),
  );
  const databaseId = found.find((each) => each.name === name)?.uuid;
  if (databaseId === undefined) return [];
  const database = queryDatabase({ ...api, accountId: context.accountId, databaseId }, name);
  const [table] = await rows(database, ["SELECT 1 FROM sqlite_schema WHERE name = '_mig_log'"]);
  if (table?.length !== 1) return [];
  const [log] = await rows(database, [
    "SELECT name, applied_at FROM _mig_log WHERE phase = 'contract' AND attempt NOT IN ('adopted', 'baseline') ORDER BY name",
  ]);
  return (log ?? [])
    .filter((row) => Date.parse(String(row["applied_at"])) > Date.parse(moment))
    .map((row) => `${declared.name}: ${String(row["name"])}`);
}

const past = (
  worker: string,
  versionId: string,
  createdOn: string,
  contracts: readonly string[],
): UserError =>
  new UserError({
    what: "A rollback past a contract migration would break the code that it brings back",
    where: `lockstep:rollout of ${worker}`,
    got: `version ${versionId} of ${createdOn}, older than ${contracts.join(", ")}`,
    expected: "a version that was made after those files ran",
    fix: "roll forward: mend the code and deploy it; the old schema is gone",
  });
