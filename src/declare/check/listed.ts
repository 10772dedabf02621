import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { notified, pulled, uses, workersOf } from "../graph.ts";
import type { System } from "../system.ts";

/** Resources that are used but not listed, listed twice, or listed and used by nobody. */
export function checkListed(system: System): Diagnostic[] {
  const listed = new Set(system.resources);
  const used = new Set([
    ...workersOf(system).flatMap((worker) => uses(worker)),
    ...notified(system),
    ...pulled(system),
  ]);
  const missing = workersOf(system).flatMap((worker) =>
    uses(worker)
      .filter((resource) => !listed.has(resource))
      .map((resource) => ({
        what: `Worker ${worker.name} uses a resource that its system does not list`,
        where: `${system.name}/${worker.name}`,
        got: `${resource.kind} ${resource.name}`,
        expected: "every resource that a worker uses in the list of the system",
        fix: `add ${resource.name} to system("${system.name}", […]) in src/systems`,
      })),
  );
  const unlistedQueues = notified(system)
    .filter((queue) => !listed.has(queue))
    .map(({ name }) => ({
      what: "A bucket notifies a queue that its system does not list",
      where: `${system.name}, notifications`,
      got: `queue ${name}`,
      expected: "every queue that a bucket notifies in the list of the system",
      fix: `add ${name} to system("${system.name}", […]) in src/systems`,
    }));
  const unlistedDeadLetters = pulled(system)
    .filter((queue) => !listed.has(queue))
    .map(({ name }) => ({
      what: "Dead letters go to a queue that its system does not list",
      where: `${system.name}, pullConsumer`,
      got: `queue ${name}`,
      expected: "every queue that dead letters go to in the list of the system",
      fix: `add ${name} to system("${system.name}", […]) in src/systems`,
    }));
  const idle = [...listed]
    .filter((resource) => resource.kind !== "worker" && !used.has(resource))
    .map((resource) => ({
      what: "A store that no worker uses",
      where: `${system.name}/${resource.name}`,
      got: `${resource.kind} ${resource.name}, bound and consumed by nobody`,
      expected: "a worker that binds it",
      fix: "bind it in a worker's env, or take it off the list",
    }));
  const twice = [...listed]
    .filter((resource) => system.resources.filter((each) => each === resource).length > 1)
    .map((resource) => ({
      what: "A resource that is listed twice",
      where: `${system.name}/${resource.name}`,
      got: `${resource.kind} ${resource.name}, more than once`,
      expected: "each resource once",
      fix: `take one of them out of system("${system.name}", […])`,
    }));
  return [...missing, ...unlistedQueues, ...unlistedDeadLetters, ...idle, ...twice];
}
