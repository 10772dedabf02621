import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { System } from "../../system.ts";
import { isLive } from "../../workers/durable-object.ts";
import type { Worker } from "../../workers/worker.ts";

/** Durable Object classes that are to become what is not there. */
export const checkClasses = (system: System, worker: Worker): Diagnostic[] =>
  Object.keys(worker.durableObjects).flatMap((className) => [
    ...lifecycle(system, worker, className),
    ...backupMethods(system, worker, className),
  ]);

/** What the runtime calls by itself is no export of the storage, and one method is not both. */
const ofRuntime = ["constructor", "fetch", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"];

function backupMethods(system: System, worker: Worker, className: string): Diagnostic[] {
  const methods = worker.durableObjects[className]?.backup;
  if (methods === undefined) return [];
  const isName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && !ofRuntime.includes(name);
  if (isName(methods.export) && isName(methods.import) && methods.export !== methods.import) return [];
  return [
    {
      what: `The storage of Durable Object class ${className} cannot be backed up by these methods`,
      where: `${system.name}/${worker.name}, durableObjects.${className}.backup`,
      got: JSON.stringify(methods),
      expected: "two methods of the class: one that gives its storage out, and one that takes it back",
      fix: 'name them, such as { export: "exportStorage", import: "importStorage" }',
    },
  ];
}

function lifecycle(system: System, worker: Worker, className: string): Diagnostic[] {
  const entry = worker.durableObjects[className]?.lifecycle;
  const where = `${system.name}/${worker.name}, durableObjects.${className}`;
  switch (entry?.state) {
    case undefined:
    case "deleted":
      return [];
    case "renamed": {
      const target = worker.durableObjects[entry.renamedTo];
      if (target !== undefined && target.lifecycle === undefined) return [];
      return [
        {
          what: `Durable Object class ${className} is renamed to a class that is not there`,
          where,
          got: entry.renamedTo,
          expected: `one of the worker's classes: ${liveClasses(worker)}`,
          fix: `add ${entry.renamedTo}: {} to durableObjects of worker("${worker.name}", …), or correct the name`,
        },
      ];
    }
    case "transferred":
      return other(system, worker, entry.transferredTo(), className, where);
    case "expecting-transfer":
      return other(system, worker, entry.transferFrom(), className, where);
    default:
      return entry satisfies never;
  }
}

/** Both workers of a transfer are of one system, and both name the class: the giver as its own, the taker as one it expects. */
function other(
  system: System,
  worker: Worker,
  partner: Worker,
  className: string,
  where: string,
): Diagnostic[] {
  const listed = workersOf(system).includes(partner) && partner !== worker;
  if (listed && partner.durableObjects[className] !== undefined) return [];
  return [
    {
      what: `Durable Object class ${className} changes hands with a worker that does not know it`,
      where,
      got: listed ? `${partner.name}, with ${liveClasses(partner)}` : partner.name,
      expected: `another worker of the system, with ${className} in its durableObjects`,
      fix: `first declare it in the worker that takes it: ${className}: { lifecycle: { state: "expecting-transfer", transferFrom: () => … } }`,
    },
  ];
}

/** The classes of a worker that have objects, for a message. */
export const liveClasses = (worker: Worker): string =>
  Object.entries(worker.durableObjects)
    .flatMap(([name, declared]) => (isLive(declared) ? [name] : []))
    .join(", ") || "no classes";
