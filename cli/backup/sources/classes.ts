import type { Account } from "../../../src/backup/account.ts";
import { namespaceIdOf } from "../../../src/backup/classes/stored.ts";
import type { ClassSource } from "../../../src/backup/classes/take.ts";
import { workersOf } from "../../../src/declare/graph.ts";
import { type DurableObjectClass, isLive, type System, type Worker } from "../../../src/declare/index.ts";
import { physicalName } from "../../../src/declare/physical-name.ts";
import type { Stage } from "../../../src/project/stage.ts";

/** A class that gives its objects' storage out, as it is declared. */
export interface ClassWithBackup {
  /** `shop/rooms.Room` */
  readonly key: string;
  readonly worker: Worker;
  readonly className: string;
  readonly storage: NonNullable<DurableObjectClass["storage"]>;
  readonly methods: NonNullable<DurableObjectClass["backup"]>;
}

export const classesWithBackup = (systems: readonly System[]): readonly ClassWithBackup[] =>
  systems.flatMap((system) =>
    workersOf(system).flatMap((worker) =>
      Object.entries(worker.durableObjects).flatMap(([className, declared]) =>
        declared.backup === undefined || !isLive(declared)
          ? []
          : [
              {
                ...{ key: `${system.name}/${worker.name}.${className}`, worker, className },
                ...{ storage: declared.storage ?? "sqlite", methods: declared.backup },
              },
            ],
      ),
    ),
  );

/** The stage's classes that are there, and the keys of those that are declared and are not. */
export async function classesOf(
  account: Account,
  stage: Stage,
  systems: readonly System[],
): Promise<{ readonly sources: readonly ClassSource[]; readonly missing: readonly string[] }> {
  const sources: ClassSource[] = [];
  const missing: string[] = [];
  for (const { key, worker, className, methods } of classesWithBackup(systems)) {
    const script = physicalName(worker, stage);
    const namespaceId = await namespaceIdOf(account, { script, className });
    if (namespaceId === undefined) missing.push(key);
    else sources.push({ key, script, className, methods, namespaceId });
  }
  return { sources, missing };
}
