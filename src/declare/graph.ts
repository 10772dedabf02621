import type { Workflow } from "./bindings/workflow.ts";
import { referencesOf } from "./kinds/bindings.ts";
import type { Resource } from "./kinds/kinds.ts";
import type { Queue } from "./stores/queue.ts";
import type { System } from "./system.ts";
import type { Worker } from "./workers/worker.ts";

/** Another worker that a worker needs: called as a service, or the owner of a Durable Object class or Workflow it binds. */
export interface Call {
  readonly to: Worker;
  readonly by: "service" | "durableObject" | "workflow";
}

/** The workers that a worker needs, itself not among them. */
export const calls = (worker: Worker): readonly Call[] =>
  Object.values(worker.env)
    .flatMap((binding) => referencesOf(binding))
    .flatMap((reference) => (reference.by === "store" || reference.to === worker ? [] : [reference]));

/** The resources that a worker binds, consumes, or sends its dead letters or events to. */
export function uses(worker: Worker): readonly Resource[] {
  const bound = Object.values(worker.env)
    .flatMap((binding) => referencesOf(binding))
    .map(({ to }) => to);
  const consumed = worker.consumes.flatMap(({ queue, deadLetter }) =>
    deadLetter === undefined ? [queue] : [queue, deadLetter],
  );
  return [...new Set([...bound, ...consumed, ...(worker.tailConsumers ?? [])])];
}

/** The queues that the buckets of a system notify. */
export const notified = (system: System): readonly Queue[] =>
  system.resources.flatMap((resource) =>
    resource.kind === "r2" ? (resource.notifications ?? []).map(({ queue }) => queue) : [],
  );

/** A Workflow and the worker that has its class. */
export interface OwnedWorkflow {
  readonly declared: Workflow;
  readonly owner: Worker;
}

/** The Workflows of a system, each once, however many workers bind it. */
export function workflowsOf(system: System): readonly OwnedWorkflow[] {
  const found = new Map<string, OwnedWorkflow>();
  for (const worker of workersOf(system))
    for (const binding of Object.values(worker.env)) {
      if (typeof binding === "string" || binding.kind !== "workflow") continue;
      const { of, ...written } = binding;
      const owner = of?.() ?? worker;
      found.set(JSON.stringify([owner.name, Object.entries(written).sort()]), { declared: binding, owner });
    }
  return [...found.values()];
}
/** The queues that are taken off over HTTP, and those that their dead letters go to. */
export const pulled = (system: System): readonly Queue[] =>
  system.resources.flatMap((resource) => {
    if (resource.kind !== "queue" || resource.pullConsumer === undefined) return [];
    const { deadLetter } = resource.pullConsumer;
    return deadLetter === undefined ? [resource] : [resource, deadLetter];
  });

export const workersOf = (system: System): readonly Worker[] =>
  system.resources.filter((resource) => resource.kind === "worker");

/**
 * Workers in groups, callees before callers. Workers of one group need each other, directly or around several corners
 * (Tarjan's strongly connected components); nearly every group is one worker.
 */
export function workerGroups(
  workers: readonly Worker[],
  edges: (worker: Worker) => readonly Worker[],
): readonly (readonly Worker[])[] {
  const order = new Map<Worker, number>();
  const low = new Map<Worker, number>();
  const stack: Worker[] = [];
  const groups: Worker[][] = [];
  const lowest = (worker: Worker, seen: number): void => {
    low.set(worker, Math.min(low.get(worker) ?? seen, seen));
  };
  const visit = (worker: Worker): void => {
    order.set(worker, order.size);
    lowest(worker, order.size - 1);
    stack.push(worker);
    for (const next of edges(worker)) {
      const position = order.get(next);
      if (position === undefined) {
        visit(next);
        lowest(worker, low.get(next) ?? Number.POSITIVE_INFINITY);
      } else if (stack.includes(next)) lowest(worker, position);
    }
    if (low.get(worker) === order.get(worker)) groups.push(stack.splice(stack.indexOf(worker)));
  };
  for (const worker of workers) if (!order.has(worker)) visit(worker);
  return groups;
}

/** A way from a worker of the group back to itself: `a → b → c → a`. */
export function cyclePath(group: readonly Worker[], edges: (worker: Worker) => readonly Worker[]): string {
  const [start] = group;
  if (start === undefined) return "";
  const cameFrom = new Map<Worker, Worker>();
  const open: Worker[] = [start];
  for (let worker = open.shift(); worker !== undefined; worker = open.shift()) {
    for (const next of edges(worker)) {
      if (next === start) {
        const path = [start.name];
        for (let at: Worker | undefined = worker; at !== undefined; at = cameFrom.get(at))
          path.unshift(at.name);
        return path.join(" → ");
      }
      if (group.includes(next) && !cameFrom.has(next)) {
        cameFrom.set(next, worker);
        open.push(next);
      }
    }
  }
  return start.name;
}

/** The workers of a system that bind a store. */
export const bindersOf = (system: System, store: Resource): readonly Worker[] =>
  workersOf(system).filter((worker) => uses(worker).includes(store));
