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
      ...besides(systems),
    ],
  };
  return { bundle, bucket: backup.to, schedule, settings };
}

/** What the worker does not read, whether or not it holds anything: a line for each kind. */
function besides(systems: readonly System[]): readonly string[] {
  const named = (kind: System["resources"][number]["kind"]): readonly string[] =>
    systems.flatMap(({ name, resources }) =>
      resources.filter((each) => each.kind === kind).map((each) => `${name}/${each.name}`),
    );
  const classes = systems.flatMap((system) =>
    workersOf(system).flatMap((each) =>
      Object.keys(each.durableObjects).map((className) => `${className} of ${system.name}/${each.name}`),
    ),
  );
  const left = [
    ["the objects of", named("r2")],
    ["the vectors of", named("vectorize")],
    ["the messages of", named("queue")],
    ["the objects of class", classes],
  ] as const;
  return left.flatMap(([what, names]) =>
    names.length === 0 ? [] : [`not in this backup, since a worker wrote it: ${what} ${names.join(", ")}`],
  );
}
