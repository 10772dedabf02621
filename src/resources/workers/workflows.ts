import type { Workflow as Declared } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { type WorkersDeployment, Workflow } from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { durability } from "../durability.ts";
import type { WorkerComponent } from "./shell.ts";

/** The Workflows that run a worker's classes. With a Workflow go its instances, so it is treated as a store. */
export const makeWorkflows = (
  worker: WorkerComponent,
  context: Context,
  workflows: readonly Declared[],
  deployment: WorkersDeployment,
): readonly Workflow[] =>
  workflows.map(
    (declared) =>
      new Workflow(
        logicalName(context, declared.name),
        {
          accountId: context.accountId,
          workflowName: physicalName(declared, context.stage),
          className: declared.className,
          scriptName: worker.shell.name,
          ...(declared.maxSteps !== undefined && { limits: { steps: declared.maxSteps } }),
          ...(declared.maxConcurrency !== undefined && { concurrency: { limit: declared.maxConcurrency } }),
        },
        {
          parent: worker,
          hooks: context.hooks,
          dependsOn: [deployment],
          ...durability(context.stage),
        },
      ),
  );
