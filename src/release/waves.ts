import { calls, workerGroups } from "../declare/graph.ts";
import type { Worker } from "../declare/index.ts";

/**
 * The workers in the order in which they are released: whoever is called before whoever calls, those that do not need each other
 * together. So a caller's new version meets no callee that lacks what it calls: that has been released to everybody before.
 */
export function wavesOf(workers: readonly Worker[]): readonly (readonly Worker[])[] {
  const callees = (worker: Worker): readonly Worker[] => [
    ...calls(worker).map(({ to }) => to),
    ...(worker.tailConsumers ?? []),
  ];
  const depths = new Map<Worker, number>();
  for (const group of workerGroups(workers, callees)) {
    const below = group.flatMap(callees).flatMap((worker) => depths.get(worker) ?? []);
    const depth = below.length === 0 ? 0 : Math.max(...below) + 1;
    for (const worker of group) depths.set(worker, depth);
  }
  const last = Math.max(-1, ...depths.values());
  return Array.from({ length: last + 1 }, (_, depth) =>
    workers.filter((worker) => depths.get(worker) === depth),
  );
}
