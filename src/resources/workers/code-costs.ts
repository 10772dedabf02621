import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { connection } from "../../cloudflare/connection.ts";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import { bindersOf } from "../../declare/graph.ts";
import type { D1, Worker } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import { refusingAt } from "../../diagnostic/user-error.ts";
import { unknownValue } from "../../engine/property-values.ts";
import { keptStatements } from "../../statements/kept.ts";
import { type Context, logicalName } from "../context.ts";
import { databasesOf, plain } from "../hooks.ts";

const versionInputs = z.object({
  bindings: z.array(z.looseObject({ name: z.string(), databaseId: z.string().optional() })).default([]),
});

/**
 * Says in the preview what statements cost that come with new code, on databases to which no file comes with it: where one does, its plan
 * says so. Nothing is refused.
 */
export const costsOfCode = (worker: Worker, context: Context): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `costs-of-code/${logicalName(context, worker.name)}`,
    async ({ newInputs }) => {
      const { bindings } = versionInputs.parse(await plain(newInputs ?? {}));
      for (const { name, database } of databasesOf(worker)) {
        const databaseId = bindings.find((each) => each.name === name)?.databaseId ?? "";
        if (database.migrations !== undefined && databaseId !== "" && databaseId !== unknownValue)
          await tellCosts(worker, { database, databaseId, folder: database.migrations }, context);
      }
    },
    { onDryRun: true },
  );

async function tellCosts(
  worker: Worker,
  {
    database,
    databaseId,
    folder,
  }: { readonly database: D1; readonly databaseId: string; readonly folder: string },
  context: Context,
): Promise<void> {
  const { accountId, stage, system } = context;
  const root = process.cwd();
  const written = keptStatements(root, stage.name, system.name);
  if (written === undefined) return;
  // Loaded when a version is made, not at every start of the program.
  const { newCodeCosts } = await import("../../migrations/cost/preview-costs.ts");
  const label = logicalName(context, database.name);
  const directory = `${root}/${folder}`;
  const api = connection(process.env, root);
  const job = { label, folder, directory, opened: undefined, connection: api, accountId, databaseId };
  const place = placeOfRun(stage.name);
  const lines = await refusingAt(place, () =>
    newCodeCosts({
      root,
      workers: bindersOf(system, database).map((each) => physicalName(each, stage)),
      job,
      written: { ...written, workers: written.workers.filter((each) => each.worker === worker.name) },
    }),
  );
  if (lines.length > 0)
    await pulumi.log.info(
      [`  ${label}: new in the code of ${worker.name}`, ...lines.map((line) => inPlace(line, place))].join(
        "\n",
      ),
    );
}
