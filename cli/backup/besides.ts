import type { Account } from "../../src/backup/account.ts";
import { ApiError } from "../../src/cloudflare/api.ts";
import { contentsOf, contentsText, isEmpty } from "../../src/cloudflare/contents/contents.ts";
import type { Holder } from "../../src/cloudflare/contents/holder.ts";
import { workersOf } from "../../src/declare/graph.ts";
import type { Resource } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";

/**
 * What the stage has besides databases, namespaces, buckets, indexes and classes that give their storage out, as far as that holds anything: a backup that is silent of it would pass for whole. Of a queue that is
 * its depth at the time.
 */
export async function notInBackup(
  account: Account,
  stage: Stage,
  systems: Project["systems"],
  queues: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const left = systems.flatMap((system) => [
    ...system.resources.flatMap((store) => {
      const holder = holderOf(store, stage, queues);
      return holder === undefined
        ? []
        : [{ of: `${nouns[holder.kind]} ${system.name}/${store.name}`, holder }];
    }),
    ...workersOf(system).flatMap((worker) =>
      Object.entries(worker.durableObjects)
        .filter(([, { backup }]) => backup === undefined)
        .map(([className]) => ({
          of: `class ${className} of ${system.name}/${worker.name}, which declares no methods that give its storage out (durableObjects.${className}.backup)`,
          holder: { kind: "class", script: physicalName(worker, stage), className } as const,
        })),
    ),
  ]);
  const lines = await Promise.all(
    left.map(async ({ of, holder }) => {
      const count = await countOf(account, holder);
      return count === undefined ? [] : [`not in this backup: ${count} of ${of}`];
    }),
  );
  return lines.flat();
}

function holderOf(store: Resource, stage: Stage, queues: ReadonlyMap<string, string>): Holder | undefined {
  switch (store.kind) {
    case "queue":
      return { kind: "queue", id: queues.get(physicalName(store, stage)) ?? "" };
    case "d1":
    case "kv":
    case "r2":
    case "vectorize":
    case "aiGateway":
    case "hyperdrive":
    case "worker":
      return undefined;
    default:
      return store satisfies never;
  }
}

const nouns: Readonly<Record<Holder["kind"], string>> = {
  d1: "database",
  r2: "bucket",
  kv: "namespace",
  vectorize: "index",
  queue: "queue",
  class: "class",
  workflow: "workflow",
};

/** How much it holds; undefined where that is nothing, or where it was not made yet. */
async function countOf({ connection, accountId }: Account, holder: Holder): Promise<string | undefined> {
  if (holder.kind === "queue" && holder.id === "") return undefined;
  try {
    const contents = await contentsOf(connection, accountId, holder);
    return isEmpty(contents) ? undefined : contentsText(holder.kind, contents);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `an unknown number (HTTP ${error.status})`;
  }
}
