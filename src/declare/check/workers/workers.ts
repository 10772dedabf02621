import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import { workersOf } from "../../graph.ts";
import type { NamingStage } from "../../physical-name.ts";
import type { Queue } from "../../stores/queue.ts";
import type { System } from "../../system.ts";
import type { Worker } from "../../workers/worker.ts";
import { isDate } from "../dates.ts";
import { checkAssets } from "./assets.ts";
import { checkBindings } from "./bindings.ts";
import { checkClasses } from "./classes.ts";
import { checkCode } from "./code.ts";
import { checkCrons } from "./crons.ts";
import { checkNotSecret } from "./not-secret.ts";
import { checkSettings } from "./settings.ts";

/** What is wrong with workers by themselves: files, dates, binding names, classes, consumers. */
export function checkWorkers(system: System, stage: NamingStage, root: string): Diagnostic[] {
  return [
    ...workersOf(system).flatMap((worker) => [
      ...checkCode(`${system.name}/${worker.name}`, worker, root),
      ...checkAssets(`${system.name}/${worker.name}`, worker, root),
      ...settings(system, worker),
      ...checkCrons(`${system.name}/${worker.name}`, worker),
      ...checkSettings(`${system.name}/${worker.name}`, worker),
      ...checkClasses(system, worker),
      ...checkBindings(system, worker, stage),
      ...checkNotSecret(`${system.name}/${worker.name}`, worker),
    ]),
    ...consumers(system),
    ...migrationFolders(system, root),
  ];
}

function settings(system: System, worker: Worker): Diagnostic[] {
  const where = `${system.name}/${worker.name}`;
  const diagnostics: Diagnostic[] = [];
  if (!isDate(worker.compatibilityDate)) {
    diagnostics.push({
      what: "A compatibility date that is no date",
      where: `${where}, compatibilityDate`,
      got: worker.compatibilityDate,
      expected: "YYYY-MM-DD",
      fix: "write the day on which the worker was last tested",
    });
  }
  for (const { queue, deadLetter } of worker.consumes.filter(
    ({ queue, deadLetter }) => queue === deadLetter,
  )) {
    diagnostics.push({
      what: "A queue that is its own dead-letter queue",
      where: `${where}, consumes`,
      got: `${queue.name} → ${deadLetter?.name ?? ""}`,
      expected: "another queue, or none",
      fix: "declare a queue for what failed",
    });
  }
  return diagnostics;
}

/** Cloudflare gives a queue's messages to one consumer. */
function consumers(system: System): Diagnostic[] {
  const byQueue = new Map<Queue, string[]>();
  for (const worker of workersOf(system)) {
    for (const { queue } of worker.consumes) byQueue.set(queue, [...(byQueue.get(queue) ?? []), worker.name]);
  }
  return [...byQueue]
    .map(([queue, workers]) => ({
      queue,
      all: queue.pullConsumer === undefined ? workers : [...workers, "its pullConsumer"],
    }))
    .filter(({ all }) => all.length > 1)
    .map(({ queue, all }) => ({
      what: "A queue with two consumers",
      where: `${system.name}/${queue.name}`,
      got: all.join(" and "),
      expected: "one worker, once; or a pullConsumer and no worker",
      fix: "give each consumer a queue of its own and send to both",
    }));
}

function migrationFolders(system: System, root: string): Diagnostic[] {
  return system.resources.flatMap((resource) => {
    if (
      resource.kind !== "d1" ||
      resource.migrations === undefined ||
      existsSync(join(root, resource.migrations))
    )
      return [];
    return [
      {
        what: `There is no folder of migrations for database ${resource.name}`,
        where: `${system.name}/${resource.name}, migrations`,
        got: `${resource.migrations}, which does not exist`,
        expected: "a folder with files such as 0001_create_notes.sql, as a path from the project's root",
        fix: `mkdir -p ${resource.migrations}, or correct migrations in src/systems`,
      },
    ];
  });
}
