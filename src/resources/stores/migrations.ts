import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isOfChange } from "../../approvals/approval.ts";
import { connection } from "../../cloudflare/connection.ts";
import { placeOfRun } from "../../cloudflare/place-of-run.ts";
import type { D1 } from "../../declare/index.ts";
import { refusingAt } from "../../diagnostic/user-error.ts";
import { Migrations } from "../../dynamic/migrations/migrations.ts";
import { unknownValue } from "../../engine/property-values.ts";
import type { Phase } from "../../migrations/files/directives.ts";
import { keptStatements } from "../../statements/kept.ts";
import { type Context, logicalName } from "../context.ts";

/** What a step of a database's migrations needs beside the database. */
export interface StepArgs {
  readonly databaseId: pulumi.Output<string>;
  readonly directory: string;
  readonly phase: Phase;
  /** Physical names of the workers that bind the database. */
  readonly workers: readonly string[];
  /** Of each of them, the version that this program lets answer all requests; none while a rollout shares them out. */
  readonly versions: Readonly<Record<string, pulumi.Input<string>>>;
}

/** One step of a database's migrations: `expand` before the code that binds it, `contract` after all of it. */
export function migrationStep(
  declared: D1,
  context: Context,
  args: StepArgs,
  options: pulumi.CustomResourceOptions,
): Migrations {
  const label = logicalName(context, declared.name);
  const { accountId, stage, hooks } = context;
  const plan = showsPlan(context, label, args);
  return new Migrations(
    `${label}/${args.phase}`,
    {
      ...args,
      accountId,
      label,
      stage: stage.name,
      opening: context.contracts[label],
      approvals: stage.protected
        ? context.approvals.filter(isOfChange).filter(({ resource }) => resource === label)
        : undefined,
    },
    {
      ...options,
      hooks: {
        ...hooks,
        beforeCreate: [...(hooks.beforeCreate ?? []), plan],
        beforeUpdate: [...(hooks.beforeUpdate ?? []), plan],
      },
    },
  );
}

/** Prints what the pending files will do, statement by statement: in the preview, and again when it is done. Silent when nothing is pending. */
function showsPlan(
  { accountId, contracts, stage, system }: Context,
  label: string,
  { directory, phase, workers }: StepArgs,
): pulumi.ResourceHook {
  const folder = {
    label,
    folder: directory,
    directory: resolve(directory),
    // The contract step has something to do only while it is open.
    opened: phase === "contract" ? contracts[label] : undefined,
  };
  return new pulumi.ResourceHook(
    `migration-plan/${label}/${phase}`,
    async ({ newInputs }) => {
      // Loaded when something is pending, not at every start of the program.
      const { withCode } = await import("../../migrations/code/code-check.ts");
      const { withCosts } = await import("../../migrations/cost/preview-costs.ts");
      const { databaseOf, planLive, planNew } = await import("../../migrations/plan/job.ts");
      const { planLines } = await import("../../migrations/plan/plan-text.ts");
      const databaseId: unknown = newInputs?.["databaseId"];
      const isKnown = typeof databaseId === "string" && databaseId !== "" && databaseId !== unknownValue;
      const job = isKnown
        ? { ...folder, connection: connection(process.env, process.cwd()), accountId, databaseId }
        : undefined;
      const root = process.cwd();
      const question = { root, workers, job, written: keptStatements(root, stage.name, system.name) };
      const place = placeOfRun(stage.name);
      const held = await refusingAt(place, async () => {
        const plan = job === undefined ? planNew(folder) : await planLive(job);
        const database = job === undefined ? undefined : databaseOf(job);
        return withCosts(await withCode(plan, question), database, place);
      });
      const lines = [...planLines(held.plan, place), ...held.lines];
      if (lines.length > 0) await pulumi.log.info(lines.join("\n"));
    },
    { onDryRun: true },
  );
}
