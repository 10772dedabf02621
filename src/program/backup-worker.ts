import { relative } from "node:path";
import { embeddedBucket } from "../backup/bucket/place.ts";
import { bucketElsewhere, bucketSecrets } from "../backup/bucket-secrets.ts";
import type { WorkerSettings } from "../backup/worker/settings.ts";
import type { Bundle } from "../bundle/bundle.ts";
import { cachedBundle } from "../bundle/cached.ts";
import type { Connection } from "../cloudflare/connection.ts";
import { endpointOf, type S3 } from "../cloudflare/s3/s3.ts";
import { backupWorker } from "../declare/backup-worker.ts";
import { workersOf } from "../declare/graph.ts";
import type { System } from "../declare/index.ts";
import { physicalName } from "../declare/physical-name.ts";
import { tool } from "../migrations/apply/tool.ts";
import { ownModule } from "../package/own-module.ts";
import type { BackupWorkerArgs } from "../resources/workers/backup-worker.ts";
import type { Settings } from "../settings/settings.ts";
import type { BackupsOutput } from "./outputs.ts";

/** The code of the worker that writes backups; undefined where none does. */
export const backupCode = async (
  { backup }: Pick<Settings, "backup">,
  root: string,
): Promise<Bundle | undefined> =>
  backup?.by === undefined
    ? undefined
    : cachedBundle({ main: relative(root, ownModule(import.meta, "../backup/worker/main")) }, root);

/** R2's S3 API where the worker's bucket is of another account; undefined where it is bound to its bucket, or is not deployed. */
export async function backupS3(settings: Settings, api: () => Connection): Promise<S3 | undefined> {
  const { backup, target, secrets } = settings;
  const bucket = bucketElsewhere(backup, target.accountId);
  if (bucket === undefined) return undefined;
  if (target.kind === "embedded") return (await embeddedBucket(bucket, api())).s3;
  return {
    // That both are set was looked at before.
    accessKeyId: secrets[bucketSecrets.accessKeyId] ?? "",
    secret: secrets[bucketSecrets.secretAccessKey] ?? "",
    endpoint: (jurisdiction) => endpointOf(bucket.accountId, jurisdiction),
  };
}

/** What the names of a stage's backups begin with in a bucket. */
export const backupPrefix = ({ stage, target }: Pick<Settings, "stage" | "target">): string =>
  `${target.kind}/${stage.name}/`;

/** The worker, as far as it is known before anything is made, and what the stack tells of it. */
export type PreparedBackupWorker = Omit<BackupWorkerArgs, "systems"> & { readonly told: BackupsOutput };

/** What the worker is deployed with, as far as it is known before anything is made. */
export function backupWorkerOf(
  { backup, stage, target, systems }: Settings,
  bundle: Bundle | undefined,
  s3: S3 | undefined,
): PreparedBackupWorker | undefined {
  if (backup === undefined || bundle === undefined || typeof backup.to === "string") return undefined;
  const { bucket, jurisdiction } = backup.to;
  const schedule = [backup.schedule ?? []].flat();
  const settings: Omit<WorkerSettings, "databases" | "namespaces" | "requests"> = {
    ...{ stage: stage.name, target: target.kind, accountId: target.accountId, tool, schedule },
    to: {
      bucket,
      ...(s3 !== undefined && { keyed: { endpoint: s3.endpoint(jurisdiction ?? "default").href } }),
    },
    prefix: backupPrefix({ stage, target }),
    recipients: backup.recipients,
    ...(backup.rowsPerSecond !== undefined && { rowsPerSecond: backup.rowsPerSecond }),
    notInBackup: [
      "not known: which versions of the workers served. A worker cannot ask for that",
      ...besides(systems),
    ],
  };
  const keys = s3 === undefined ? undefined : { accessKeyId: s3.accessKeyId, secret: s3.secret };
  const { accountId } = backup.to;
  const told = { worker: physicalName(backupWorker, stage), schedule, bucket, accountId };
  return { bundle, bucket: backup.to, keys, schedule, settings, told };
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
  // Which objects there are only the API lists, for a token that this worker has not.
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
