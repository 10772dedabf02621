import type * as pulumi from "@pulumi/pulumi";
import type { Code } from "../../bundle/bundle.ts";
import type { Assets, Workflow as DeclaredWorkflow, Worker } from "../../declare/index.ts";
import { cronsIn } from "../../declare/workers/crons.ts";
import type { Rollout } from "../../settings/keys.ts";
import {
  type inputs,
  QueueConsumer,
  WorkersCronTrigger,
  WorkersDeployment,
  type WorkersDeploymentArgs,
  WorkerVersion,
  type WorkerVersionArgs,
} from "../cloudflare.ts";
import { type Context, logicalName } from "../context.ts";
import { consumerOptions } from "../stores/pull-consumers.ts";
import { addressesOf } from "./addresses.ts";
import { type Bound, bindingsOf } from "./bindings.ts";
import { classContainers, classExports } from "./class-exports.ts";
import { costsOfCode } from "./code-costs.ts";
import { noRollbackPastContract } from "./rollback-guard.ts";
import { sameClassesInRollout } from "./rollout-guard.ts";
import { versionSettings } from "./settings.ts";
import type { WorkerComponent } from "./shell.ts";
import { makeWorkflows } from "./workflows.ts";

/** What a release needs beside the worker. */
export interface ReleaseArgs {
  readonly code: Code;
  readonly bound: Bound;
  /** Only a part of the requests goes to the new version. @default - all of them */
  readonly rollout: Rollout | undefined;
  /** The Workflows whose classes it has. */
  readonly workflows: readonly DeclaredWorkflow[];
  /** What the version waits for: migrations, and what it calls. */
  readonly after: readonly pulumi.Resource[];
  /** What the deployment waits for. @default - the same */
  readonly deploymentAfter: pulumi.Input<pulumi.Resource[]> | undefined;
}

/** A worker's version and deployment, and what sends work to it. */
export interface Released {
  readonly version: WorkerVersion;
  readonly deployment: WorkersDeployment;
  readonly triggers: readonly pulumi.Resource[];
  /** What workers that bind a Workflow of this one wait for. */
  readonly workflows: readonly pulumi.Resource[];
}

/** Uploads the worker's code as an immutable version, and lets it answer. */
export function release(worker: WorkerComponent, context: Context, args: ReleaseArgs): Released {
  const { declared, shell } = worker;
  const { accountId, hooks } = context;
  const name = logicalName(context, declared.name);
  const guards = rolloutGuards(declared, context, args.rollout);
  const version = new WorkerVersion(
    name,
    {
      accountId,
      workerId: shell.id,
      compatibilityDate: declared.compatibilityDate,
      compatibilityFlags: [...declared.compatibilityFlags],
      ...uploadOf(declared, args.code),
      ...withBindings(bindingsOf(declared, args.bound)),
      ...classExports(declared, args.bound.scriptName),
      ...classContainers(declared),
      ...versionSettings(declared),
    },
    {
      parent: worker,
      hooks: {
        ...hooks,
        beforeCreate: [...guards.beforeVersion, ...context.beforeVersion, costsOfCode(declared, context)],
      },
      dependsOn: [...args.after],
      // The provider replaces for each of these while it is set, but not when it goes: the old version would serve on.
      replaceOnChanges: ["assets", "bindings", "exports", "modules"],
    },
  );
  const deployment = new WorkersDeployment(
    name,
    {
      accountId,
      scriptName: shell.name,
      strategy: "percentage",
      versions: split(version, args.rollout),
      ...puttingBack(name, context),
    },
    {
      parent: worker,
      hooks: { ...hooks, beforeCreate: guards.beforeDeployment },
      dependsOn: args.deploymentAfter ?? [...args.after],
    },
  );
  const triggers = triggersOf(worker, context, args.bound, deployment);
  const workflows = makeWorkflows(worker, context, args.workflows, deployment);
  worker.released(version.id);
  return { version, deployment, triggers, workflows };
}

/** The worker's code and static files. What is not there is left out, as Cloudflare leaves it out. */
function uploadOf({ assets }: Worker, { bundle, site }: Code): Upload {
  const settings = assets ?? site?.settings ?? {};
  const modules = [...(bundle?.modules ?? []), ...(site?.modules ?? [])];
  return {
    ...(bundle !== undefined && { mainModule: bundle.mainModule }),
    ...(modules.length > 0 && { modules: modules.map((module) => ({ ...module })) }),
    ...(site !== undefined && { assets: { directory: site.directory, ...assetsConfig(settings) } }),
  };
}

type Upload = Pick<WorkerVersionArgs, "assets" | "mainModule" | "modules">;

/** Only what is declared: Cloudflare gives back no defaults, and a state from before has none. */
function assetsConfig({ directory: _, ...settings }: Partial<Assets>): {
  config?: inputs.WorkerVersionAssetsConfig;
} {
  const { runWorkerFirst, ...handling } = settings;
  const first = typeof runWorkerFirst === "object" ? [...runWorkerFirst] : runWorkerFirst;
  const config = { ...handling, ...(first !== undefined && { runWorkerFirst: first }) };
  return Object.keys(config).length === 0 ? {} : { config };
}

/** Only a rollout names a version that is there already: it may have other classes, or be too old for its databases. */
function rolloutGuards(
  worker: Worker,
  context: Context,
  rollout: Rollout | undefined,
): Readonly<Record<"beforeVersion" | "beforeDeployment", pulumi.ResourceHook[]>> {
  if (rollout === undefined || rollout.percent === 100) return { beforeVersion: [], beforeDeployment: [] };
  const sameClasses = sameClassesInRollout(worker, context, rollout);
  return {
    beforeVersion: [sameClasses],
    beforeDeployment: [sameClasses, noRollbackPastContract(worker, context, rollout.stable)],
  };
}

/** Where nothing is bound Cloudflare gives back no list, and an empty one would be a new version after each refresh. */
const withBindings = (
  bindings: inputs.WorkerVersionBinding[],
): { bindings?: inputs.WorkerVersionBinding[] } => (bindings.length === 0 ? {} : { bindings });

/**
 * Another message is another deployment: so what was declared serves again, although nothing of it has changed. By force, because Cloudflare
 * refuses to go back behind a change of secrets; and once it was by force it stays so until there is another one, as a provider updates no deployment.
 */
function puttingBack(
  name: string,
  { foreign, forced }: Context,
): Pick<WorkersDeploymentArgs, "annotations" | "force"> {
  const inTheWay = foreign.get(name);
  return {
    ...(inTheWay !== undefined && {
      annotations: { workersMessage: `puts back what is declared, over ${inTheWay}` },
    }),
    ...((inTheWay !== undefined || forced.has(name)) && { force: true }),
  };
}

/** The stable version first: the order is part of what Cloudflare compares. */
function split(
  version: WorkerVersion,
  rollout: Rollout | undefined,
): pulumi.Input<inputs.WorkersDeploymentVersion[]> {
  if (rollout === undefined || rollout.percent === 100) return [{ versionId: version.id, percentage: 100 }];
  const alone = [{ versionId: rollout.stable, percentage: 100 }];
  if (rollout.percent === 0 && rollout.reachable !== true) return alone;
  // A worker without changes has no version beside its stable one, and Cloudflare refuses to deploy one twice.
  if (rollout.percent === 0)
    return version.id.apply((id) =>
      id === rollout.stable ? alone : [...alone, { versionId: id, percentage: 0 }],
    );
  return [
    { versionId: rollout.stable, percentage: 100 - rollout.percent },
    { versionId: version.id, percentage: rollout.percent },
  ];
}

/** Invocations of a consumer at the same time: Cloudflare's limit. Left out, a limit that was declared before would stay. */
const mostConcurrent = 250;

function triggersOf(
  worker: WorkerComponent,
  context: Context,
  bound: Bound,
  deployment: WorkersDeployment,
): pulumi.Resource[] {
  const { declared, shell } = worker;
  const { accountId, hooks } = context;
  const name = logicalName(context, declared.name);
  const options = { parent: worker, hooks, dependsOn: [deployment] };
  const consumers = declared.consumes.map(
    ({ queue, deadLetter, ...settings }) =>
      new QueueConsumer(
        `${name}/${queue.name}`,
        {
          accountId,
          queueId: bound.stores.of(queue).id,
          scriptName: shell.name,
          type: "worker",
          ...(deadLetter !== undefined && { deadLetterQueue: bound.stores.of(deadLetter).name }),
          settings: {
            batchSize: settings.batchSize ?? 10,
            maxRetries: settings.maxRetries ?? 3,
            maxWaitTimeMs: settings.maxWaitTimeMs ?? 5_000,
            retryDelay: settings.retryDelaySeconds ?? 0,
            maxConcurrency: settings.maxConcurrency ?? mostConcurrent,
          },
        },
        { ...options, ...consumerOptions(context, `${name}/${queue.name}`) },
      ),
  );
  // Also for an empty list: deleting the resource would leave the last ones running, as the provider calls nothing for it.
  const schedules = cronsIn(declared, context.stage.name)?.map((cron) => ({ cron }));
  const crons =
    schedules === undefined
      ? []
      : [new WorkersCronTrigger(name, { accountId, scriptName: shell.name, schedules }, options)];
  return [...consumers, ...crons, ...addressesOf(worker, context, options)];
}
