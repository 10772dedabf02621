import type { Complaint } from "../../userError.ts";
import { calls, cyclePath, workerGroups, workersOf } from "../graph.ts";
import type { System } from "../system.ts";
import type { Worker } from "../worker.ts";

/**
 * Circles of workers that cannot be deployed. Cloudflare refuses a version that binds a worker without a deployed version,
 * so of workers that need each other none can be the first.
 */
export function checkCycles(system: System): Complaint[] {
  const edges = (worker: Worker): readonly Worker[] => calls(worker).map((call) => call.to);
  return workerGroups(workersOf(system), edges)
    .filter((group) => group.length > 1)
    .map((group) => ({
      what: `Circular dependency detected: ${cyclePath(group, edges)}`,
      where: `the service and Durable Object bindings of ${group
        .map(({ name }) => `${system.name}/${name}`)
        .sort()
        .join(", ")}`,
      got: "workers of which each needs another one to be deployed first",
      expected: "at least one worker in the circle that needs none of the others",
      fix: "let one of them answer through a queue, or move what both need into a worker of its own",
    }));
}
