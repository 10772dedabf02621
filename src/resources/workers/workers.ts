import type * as pulumi from "@pulumi/pulumi";
import type { Code } from "../../bundle/bundle.ts";
import { calls, uses, workerGroups, workersOf, workflowsOf } from "../../declare/graph.ts";
import type { System, Worker } from "../../declare/index.ts";
import { FirstVersion } from "../../dynamic/first-version.ts";
import type { Rollout } from "../../settings/keys.ts";
import { type Context, logicalName } from "../context.ts";
import type { Stores } from "../stores/stores.ts";
import type { Back } from "./backwards.ts";
import { type Released, release } from "./release.ts";
import { WorkerComponent } from "./shell.ts";

/** What a system's workers are made from. */
export interface WorkersArgs {
  readonly stores: Stores;
  readonly code: ReadonlyMap<Worker, Code>;
  readonly rollouts: Readonly<Record<string, Rollout>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The places of those that go back to their stable versions. */
  readonly goingBack: ReadonlyMap<Worker, Back>;
  /** What a worker's version waits for in other systems. */
  readonly across: (worker: Worker) => readonly pulumi.Resource[];
}

/** Whether a rollout lets the stable version answer everything again. A new version that is only reachable is no way back. */
export const isWayBack = (rollout: Rollout | undefined): boolean =>
  rollout?.percent === 0 && rollout.reachable !== true;

export interface DeployedWorker extends Released {
  readonly worker: WorkerComponent;
  /** The version that answers every request once all is deployed; undefined while a rollout shares them out. */
  readonly servesAlone: pulumi.Input<string> | undefined;
}

/** Which version answers every request of a worker once the one that this program makes is deployed. */
export function servesAlone<Id>(made: Id, rollout: Rollout | undefined): Id | string | undefined {
  if (rollout === undefined || rollout.percent === 100) return made;
  return rollout.percent === 0 ? rollout.stable : undefined;
}

/** The workers that have to be there before a worker: those that it calls, and those that get its events. */
const callees = (worker: Worker): readonly Worker[] => [
  ...calls(worker).map((call) => call.to),
  ...(worker.tailConsumers ?? []),
];

/** A cycle of workers in the order in which they can be deployed: whoever has a class before who binds its objects or Workflow. */
function ownersFirst(group: readonly Worker[]): readonly Worker[] {
  const owners = (worker: Worker): readonly Worker[] =>
    calls(worker).flatMap(({ by, to }) => (by !== "service" && group.includes(to) ? [to] : []));
  return workerGroups(group, owners).flat();
}

/**
 * Creates a system's workers: shells first, callees before callers, then versions and deployments in the same order. Where
 * workers call each other in a cycle, the one that is called before its turn gets a first version to be bound.
 */
export function deployWorkers(
  system: System,
  context: Context,
  args: WorkersArgs,
): ReadonlyMap<Worker, DeployedWorker> {
  const { stores } = args;
  const groups = workerGroups(workersOf(system), callees);
  const shells = new Map<Worker, WorkerComponent>();
  for (const group of groups) {
    for (const worker of group) {
      const bound = uses(worker).flatMap((each) => (each.kind === "worker" ? [] : [stores.of(each).store]));
      const others = callees(worker).flatMap((to) => (group.includes(to) ? [] : [made(shells, to).shell]));
      const shellArgs = {
        declared: worker,
        context,
        after: [...bound, ...others],
        inCycle: group.length > 1,
      };
      const name = logicalName(context, worker.name);
      shells.set(worker, new WorkerComponent(name, shellArgs, { provider: context.provider }));
    }
  }
  const deployed = new Map<Worker, DeployedWorker>();
  const firsts = new Map<Worker, pulumi.Resource>();
  const scriptName = (worker: Worker): pulumi.Input<string> => made(shells, worker).shell.name;
  /** What a caller of the worker waits for. */
  const callable = (worker: Worker): readonly pulumi.Resource[] => {
    const done = deployed.get(worker);
    if (done !== undefined) return [done.deployment, ...done.workflows];
    const first = firsts.get(worker) ?? firstVersion(worker, made(shells, worker), system, context);
    firsts.set(worker, first);
    return [first];
  };
  for (const worker of groups.flatMap(ownersFirst)) {
    const databases = uses(worker).flatMap((each) => (each.kind === "d1" ? [stores.of(each).ready] : []));
    if (callsItself(worker)) callable(worker);
    const own = firsts.get(worker);
    const component = made(shells, worker);
    const rollout = args.rollouts[logicalName(context, worker.name)];
    // Its deployment waits for its version otherwise, and that for what it calls.
    const back = args.goingBack.get(worker);
    const released = release(component, context, {
      code: made(args.code, worker),
      bound: { stage: context.stage, stores, scriptName, secrets: args.secrets },
      rollout,
      workflows: workflowsOf(system).flatMap(({ declared, owner }) => (owner === worker ? [declared] : [])),
      after: [
        ...databases,
        ...callees(worker).flatMap(callable),
        ...args.across(worker),
        ...(own === undefined ? [] : [own]),
      ],
      deploymentAfter: back?.after,
    });
    back?.done(released.deployment);
    deployed.set(worker, {
      worker: component,
      ...released,
      servesAlone: servesAlone(released.version.id, rollout),
    });
  }
  return deployed;
}

/** A version cannot bind a worker that has none yet, itself included. */
const callsItself = (worker: Worker): boolean =>
  Object.values(worker.env).some(
    (binding) => typeof binding !== "string" && binding.kind === "service" && binding.target() === worker,
  );

function firstVersion(
  worker: Worker,
  component: WorkerComponent,
  system: System,
  context: Context,
): FirstVersion {
  const entrypoints = workersOf(system)
    .flatMap((caller) => Object.values(caller.env))
    .flatMap((binding) =>
      typeof binding !== "string" &&
      binding.kind === "service" &&
      binding.target() === worker &&
      binding.entrypoint !== undefined
        ? [binding.entrypoint]
        : [],
    );
  return new FirstVersion(
    `${logicalName(context, worker.name)}/first`,
    {
      accountId: context.accountId,
      workerId: component.shell.id,
      scriptName: component.shell.name,
      entrypoints: [...new Set(entrypoints)].sort(),
    },
    { parent: component, hooks: context.hooks },
  );
}

function made<Kind>(map: ReadonlyMap<Worker, Kind>, worker: Worker): Kind {
  const value = map.get(worker);
  if (value === undefined)
    throw new Error(`worker ${worker.name} is used but was not created: the check of the system let it pass`);
  return value;
}
