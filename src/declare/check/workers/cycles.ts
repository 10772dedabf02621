import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { calls, cyclePath, workerGroups, workersOf } from "../../graph.ts";
import type { System } from "../../system.ts";
import type { Worker } from "../../workers/worker.ts";

/**
 * Cycles of workers that cannot be deployed. Workers may call each other as services: each is given a first version to be
 * bound. But an owner of Durable Objects must have its real code deployed before a class of it can be bound.
 */
export function checkCycles(system: System): Diagnostic[] {
  const owners = (worker: Worker): readonly Worker[] =>
    calls(worker)
      .filter((call) => call.by === "durableObject")
      .map((call) => call.to);
  return workerGroups(workersOf(system), owners)
    .filter((group) => group.length > 1)
    .map((group) => ({
      what: `Circular dependency detected: ${cyclePath(group, owners)}`,
      where: `the Durable Object bindings of ${group
        .map(({ name }) => `${system.name}/${name}`)
        .sort()
        .join(", ")}`,
      got: "workers of which each binds a class of the next, so that none can be deployed first",
      expected: "at least one worker in the cycle that binds no class of the others",
      fix: "reach one of the classes through a service binding of its owner, or move the classes into a worker of their own",
    }));
}
