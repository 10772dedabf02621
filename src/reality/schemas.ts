import { resolve } from "node:path";
import { z } from "zod";
import { command, sentence } from "../diagnostic/sentence.ts";
import { planLive } from "../migrations/plan/job.ts";
import { differenceLine } from "../migrations/shadow/differences.ts";
import type { Asked } from "./ask.ts";
import type { Finding } from "./finding.ts";
import type { StateResource } from "./state.ts";

const recorded = z.object({
  databaseId: z.string(),
  directory: z.string(),
  label: z.string().default(""),
  phase: z.string(),
});

/**
 * Databases whose schema is not what their applied migrations made of it.
 * @param gone ids of databases that are there no more
 * @param root the project's folder
 */
export async function schemaFindings(
  { api: connection, accountId }: Asked,
  state: readonly StateResource[],
  gone: ReadonlySet<string>,
  root: string,
): Promise<readonly Finding[]> {
  const steps = state
    .filter(({ type }) => type === "pulumi-nodejs:dynamic/lockstep:Migrations")
    .map(({ name, outputs }) => ({ name, ...recorded.parse(outputs) }))
    .filter(({ phase, databaseId }) => phase === "expand" && !gone.has(databaseId));
  const found = await Promise.all(
    steps.map(async ({ name, label: said, directory, databaseId }): Promise<Finding[]> => {
      const label = said === "" ? name.replace(/\/expand$/, "") : said;
      const { drift } = await planLive({
        label,
        folder: directory,
        directory: resolve(root, directory),
        opened: undefined,
        connection,
        accountId,
        databaseId,
      });
      if (drift.length === 0) return [];
      return [
        {
          resource: label,
          aspect: "schema",
          what: "The database is not what its applied migrations made of it",
          expected: `the schema of ${directory}`,
          found: `${drift.length} ${drift.length === 1 ? "difference" : "differences"} in database ${databaseId}`,
          differences: drift.map((each) => differenceLine(each)),
          putBack: "person",
          fix: sentence`write a migration that makes it so, or take it as it is: ${command("db accept", { database: label, drift: true, reason: "why" })}`,
        },
      ];
    }),
  );
  return found.flat();
}
