import type { WorkerRun } from "../../src/backup/bucket/worker-run.ts";
import { backupSystem, backupWorker } from "../../src/declare/backup-worker.ts";
import type { System } from "../../src/declare/index.ts";
import { physicalName } from "../../src/declare/physical-name.ts";
import { command, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { NamedWorker } from "./workers.ts";

/** The worker that writes a stage's backups. */
export interface BackupWorkerStatus extends WorkerRun {
  /** Crons in UTC at which it begins one. */
  readonly schedule: readonly string[];
}

/** It is declared by no system. */
export const backupScript = (stage: Stage): NamedWorker => ({
  name: `${backupSystem.name}/${backupWorker.name}`,
  script: physicalName(backupWorker, stage),
});

/** What it reads, in its order: the databases of a stage's systems, and then the namespaces. */
export function readBy(systems: readonly System[]): readonly string[] {
  const stores = systems.flatMap(({ name, resources }) =>
    resources.map(({ kind, name: store }) => ({ kind, label: `${name}/${store}` })),
  );
  return (["d1", "kv"] as const).flatMap((kind) =>
    stores.filter((each) => each.kind === kind).map(({ label }) => label),
  );
}

/** In a line of at most 80 columns: when it begins, and what it wrote last. */
export function backupWorkerText({ schedule, last, underWay }: BackupWorkerStatus): string {
  const wrote = last === null ? "has written none yet" : `wrote ${last.name}`;
  const writes = underWay === null || underWay.isGivenUp ? "" : `, writes ${underWay.name}`;
  return `by a worker at ${schedule.join(", ")} (UTC); ${wrote}${writes}`;
}

/**
 * What of it somebody should look at.
 * @param stores databases, and then namespaces, in the order in which it reads them
 */
export function notableOfBackupWorker(
  { underWay, unknown }: BackupWorkerStatus,
  stores: readonly string[],
): readonly Sentence[] {
  if (unknown !== undefined) return [sentence`backups: ${unknown}`];
  if (underWay === null) return [];
  const { name, failed, isGivenUp } = underWay;
  const why = command("logs", { worker: "lockstep/backup" });
  const at = failed === null ? undefined : `failed at ${failed.at} with ${stores[failed.unit] ?? "its end"}`;
  if (isGivenUp)
    return [
      sentence`backups: the worker gave ${name} up, and begins another when one is due${at === undefined ? "" : `: it ${at}`}. Why: ${why}`,
    ];
  return at === undefined
    ? []
    : [sentence`backups: the worker ${at}, and tries again within 15 minutes. Why: ${why}`];
}
