import { relative } from "node:path";
import type { WorkerSettings } from "../backup/worker/settings.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { cachedBundle } from "../bundle/cached.ts";
import { workersOf } from "../declare/graph.ts";
import type { System } from "../declare/index.ts";
import { tool } from "../migrations/apply/tool.ts";
import { ownModule } from "../package/own-module.ts";
import type { BackupWorkerArgs } from "../resources/workers/backup-worker.ts";
import type { Settings } from "../settings/settings.ts";

/** The code of the worker that writes backups; undefined where none does. */
export const backupCode = async (
  { backup }: Pick<Settings, "backup">,
  root: string,
): Promise<Bundle | undefined> =>
  backup?.by === undefined
    ? undefined
    : cachedBundle({ main: relative(root, ownModule(import.meta, "../backup/worker/main")) }, root);

/** What the worker is deployed with, as far as it is known before anything is made. */
export function backupWorkerOf(
  { backup, stage, target, systems }: Settings,
  bundle: Bundle | undefined,
): Omit<BackupWorkerArgs, "systems"> | undefined {
  if (backup === undefined || bundle === undefined || typeof backup.to === "string") return undefined;
  const schedule = [backup.schedule ?? []].flat();
  const settings: Omit<WorkerSettings, "databases" | "namespaces" | "requests"> = {
    ...{ stage: stage.name, target: target.kind, accountId: target.accountId, tool, schedule },
    prefix: `${target.kind}/${stage.name}/`,
    recipients: backup.recipients,
    ...(backup.rowsPerSecond !== undefined && { rowsPerSecond: backup.rowsPerSecond }),
    notInBackup: [
      "not known: which versions of the workers served. A worker cannot ask for that",
      ...systems.flatMap(besides),
    ],
  };
  return { bundle, bucket: backup.to, schedule, settings };
}

/** What of a system the worker does not read, whether or not it holds anything. */
const besides = (system: System): readonly string[] => [
  ...system.resources.flatMap(({ kind, name }) => {
    const noun = nouns[kind];
    return noun === undefined
      ? []
      : [
          `not in this backup: ${noun} ${system.name}/${name}. A worker wrote it, which reads databases and namespaces alone`,
        ];
  }),
  ...workersOf(system).flatMap((each) =>
    Object.keys(each.durableObjects).map(
      (className) =>
        `not in this backup: class ${className} of ${system.name}/${each.name}, which nobody can read from outside`,
    ),
  ),
];

const nouns: Readonly<Record<System["resources"][number]["kind"], string | undefined>> = {
  d1: undefined,
  kv: undefined,
  r2: "the objects of bucket",
  vectorize: "the vectors of index",
  queue: "the messages of queue",
  aiGateway: undefined,
  hyperdrive: undefined,
  worker: undefined,
};
