import { z } from "zod";
import type { BackupSettings, BucketName } from "../../backup/settings.ts";
import { ApiError, call } from "../../cloudflare/api.ts";
import type { Connection } from "../../cloudflare/connection.ts";
import { ask, BucketError } from "../../cloudflare/s3/bucket.ts";
import { type S3, textOf } from "../../cloudflare/s3/s3.ts";
import { nearest } from "../../diagnostic/nearest.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";

/** The bucket that a worker is to write backups into, and how it is asked for. */
interface Concerned {
  readonly stage: Stage;
  readonly backup: BackupSettings | undefined;
  readonly prefix: string;
  /** Of an account that the worker is not of. */
  readonly s3: S3 | undefined;
  readonly connection: () => Connection;
}

const what = "A worker is to write the backups into a bucket, and cannot; nothing was changed";

/** What is wrong with the bucket: it is asked for before anything is made, as the worker will ask for it. */
export async function refusedBucket({
  stage,
  backup,
  prefix,
  s3,
  connection,
}: Concerned): Promise<readonly Diagnostic[]> {
  if (backup?.by === undefined || typeof backup.to === "string") return [];
  const where = `lockstep:backup of stack ${stage.name}, to`;
  return s3 === undefined
    ? ofOwnAccount(backup.to, where, connection())
    : ofAnother(backup.to, { where, prefix, s3 });
}

const listed = z.object({ buckets: z.array(z.object({ name: z.string() })) });

async function ofOwnAccount(
  { bucket, accountId, jurisdiction }: BucketName,
  where: string,
  api: Connection,
): Promise<readonly Diagnostic[]> {
  const buckets = `/accounts/${accountId}/r2/buckets`;
  const headers = jurisdiction === undefined ? {} : { "cf-r2-jurisdiction": jurisdiction };
  try {
    await call(api, "GET", `${buckets}/${encodeURIComponent(bucket)}`, undefined, headers);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Who may not look at buckets may bind one all the same.
    if ([401, 403].includes(error.status)) return [];
    if (error.status !== 404) throw error;
  }
  const found = await call(api, "GET", `${buckets}?per_page=1000`, undefined, headers);
  const names = listed.parse(found).buckets.map(({ name }) => name);
  const meant = nearest(bucket, names);
  return [
    {
      ...{ what, where },
      got: `${bucket}, which account ${accountId} has not`,
      expected:
        names.length === 0
          ? "a bucket that is there; the account has none"
          : `a bucket that is there: ${names.join(", ")}`,
      fix: `${meant === undefined ? "" : `name ${meant}, if that is meant; or `}make it: npx wrangler r2 bucket create ${bucket}${jurisdiction === undefined ? "" : ` --jurisdiction ${jurisdiction}`}`,
    },
  ];
}

async function ofAnother(
  { bucket, accountId, jurisdiction }: BucketName,
  { where, prefix, s3 }: { readonly where: string; readonly prefix: string; readonly s3: S3 },
): Promise<readonly Diagnostic[]> {
  try {
    const query = { "list-type": "2", "max-keys": "1", prefix };
    await textOf(
      await ask(
        { s3, name: bucket, jurisdiction: jurisdiction ?? "default" },
        { method: "GET", key: "", query },
      ),
    );
    return [];
  } catch (error) {
    if (!(error instanceof BucketError)) throw error;
    return [
      {
        ...{ what, where },
        got: `${bucket} of account ${accountId}: ${error.status === 0 ? error.message : `${error.code}: ${error.message} (HTTP ${error.status})`}`,
        expected: "a bucket of that account that the stack's keys may list, read and write",
        fix:
          error.code === "NoSuchBucket"
            ? "make it in that account, or name another one"
            : "set the keys of an R2 token of that account that may read and write objects of this bucket: the secrets lockstep-backup-access-key-id and lockstep-backup-secret-access-key",
      },
    ];
  }
}
