import type * as pulumi from "@pulumi/pulumi";
import type { DurableObjectClass, Worker } from "../../declare/index.ts";
import type { inputs } from "../cloudflare.ts";

/** A worker's Durable Object classes as a version declares them. A worker without any sends nothing. */
export function classExports(
  worker: Worker,
  scriptName: (worker: Worker) => pulumi.Input<string>,
): { exports?: Record<string, inputs.WorkerVersionExports> } {
  const classes = Object.entries(worker.durableObjects);
  if (classes.length === 0) return {};
  return {
    exports: Object.fromEntries(
      classes.map(([className, declared]) => [className, exportOf(declared, scriptName)]),
    ),
  };
}

function exportOf(
  { storage = "sqlite", lifecycle }: DurableObjectClass,
  scriptName: (worker: Worker) => pulumi.Input<string>,
): inputs.WorkerVersionExports {
  const type = "durable-object";
  switch (lifecycle?.state) {
    case undefined:
      return { type, storage };
    case "deleted":
      return { type, state: "deleted" };
    case "renamed":
      return { type, state: "renamed", renamedTo: lifecycle.renamedTo };
    case "transferred":
      return { type, state: "transferred", transferredTo: scriptName(lifecycle.transferredTo()) };
    case "expecting-transfer":
      return {
        type,
        state: "expecting-transfer",
        storage,
        transferFrom: scriptName(lifecycle.transferFrom()),
      };
    default:
      return lifecycle satisfies never;
  }
}

/** The classes whose objects have a container. A worker without any sends nothing. */
export function classContainers(worker: Worker): { containers?: inputs.WorkerVersionContainer[] } {
  const classes = Object.entries(worker.durableObjects).filter(([, declared]) => declared.container === true);
  return classes.length === 0 ? {} : { containers: classes.map(([className]) => ({ className })) };
}
