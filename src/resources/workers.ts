import type * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../bundle/bundle.ts";
import type { Rollout } from "../config.ts";
import { calls, uses, workerGroups, workersOf } from "../declare/graph.ts";
import type { System, Worker } from "../declare/index.ts";
import type { Context } from "./context.ts";
import { type Released, release } from "./release.ts";
import { WorkerComponent } from "./shell.ts";
import type { Stores } from "./stores.ts";

/** What a system's workers are made from. */
export interface WorkersArgs {
  readonly stores: Stores;
  readonly bundles: ReadonlyMap<Worker, Bundle>;
  readonly rollouts: Readonly<Record<string, Rollout>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface DeployedWorker extends Released {
  readonly worker: WorkerComponent;
}

/**
 * Creates a system's workers: shells first, callees before callers, then versions and deployments in the same order. Where
 * workers call each other in a circle, versions wait for shells instead of deployments.
 */
export function deployWorkers(
  system: System,
  context: Context,
  args: WorkersArgs,
): ReadonlyMap<Worker, DeployedWorker> {
  const groups = workerGroups(workersOf(system), (worker) => calls(worker).map((call) => call.to));
  const shells = new Map<Worker, WorkerComponent>();
  for (const group of groups) {
    for (const worker of group) {
      const stores = uses(worker).flatMap((resource) =>
        resource.kind === "worker" ? [] : [args.stores.store(resource)],
      );
      const callees = calls(worker).flatMap(({ to }) =>
        group.includes(to) ? [] : [found(shells, to).shell],
      );
      shells.set(worker, new WorkerComponent(worker, context, [...stores, ...callees]));
    }
  }
  const deployed = new Map<Worker, DeployedWorker>();
  const scriptName = (worker: Worker): pulumi.Input<string> => found(shells, worker).shell.name;
  for (const group of groups) {
    for (const worker of group) {
      const databases = uses(worker).flatMap((resource) =>
        resource.kind === "d1" ? [args.stores.database(resource).ready] : [],
      );
      const callees = calls(worker).map(({ to }) =>
        group.includes(to) ? found(shells, to).shell : found(deployed, to).deployment,
      );
      const component = found(shells, worker);
      const released = release(component, context, {
        bundle: found(args.bundles, worker),
        bound: { stage: context.stage, stores: args.stores, scriptName, secrets: args.secrets },
        rollout: args.rollouts[`${system.name}/${worker.name}`],
        after: [...databases, ...callees],
      });
      deployed.set(worker, { worker: component, ...released });
    }
  }
  return deployed;
}

function found<Kind>(map: ReadonlyMap<Worker, Kind>, worker: Worker): Kind {
  const value = map.get(worker);
  if (value === undefined)
    throw new Error(`worker ${worker.name} is used but was not created: the check of the system let it pass`);
  return value;
}
