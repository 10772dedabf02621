import { backupWorker } from "../declare/backup-worker.ts";
import type { SecretUse } from "../declare/secret-uses.ts";
import type { BackupSettings, BucketName } from "./settings.ts";

/** The stack's secrets with which the worker that writes backups reaches a bucket of another account: the S3 keys of an R2 token there. */
export const bucketSecrets = {
  accessKeyId: `lockstep-${backupWorker.name}-access-key-id`,
  secretAccessKey: `lockstep-${backupWorker.name}-secret-access-key`,
} as const;

/** The bucket that a worker writes backups into and cannot be bound to, since it is not of its own account; undefined where there is none. */
export const bucketElsewhere = (
  backup: Pick<BackupSettings, "by" | "to"> | undefined,
  accountId: string | undefined,
): BucketName | undefined =>
  backup?.by === undefined ||
  typeof backup.to === "string" ||
  accountId === undefined ||
  backup.to.accountId === accountId
    ? undefined
    : backup.to;

/** What a real account's worker needs of the stack's secrets for its backups. The embedded Cloudflare's own token reaches all of its accounts. */
export const bucketSecretUses = (
  backup: Pick<BackupSettings, "by" | "to"> | undefined,
  accountId: string | undefined,
): readonly SecretUse[] => {
  const bucket = bucketElsewhere(backup, accountId);
  if (bucket === undefined) return [];
  return Object.values(bucketSecrets).map((secret) => ({
    secret,
    where: `lockstep:backup, to: bucket ${bucket.bucket} of account ${bucket.accountId}`,
    optional: false,
    fallback: {},
  }));
};
