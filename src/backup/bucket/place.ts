import { type Connection, connection } from "../../cloudflare/connection.ts";
import type { Bucket } from "../../cloudflare/s3/bucket.ts";
import { endpointOf, s3Of } from "../../cloudflare/s3/s3.ts";
import { UserError } from "../../diagnostic/user-error.ts";
import { type BucketName, backupFolder, backupSettings, type Whose } from "../settings.ts";

/** Where the backups of a stage are. */
export interface Depot {
  /** With the backups and their journal; of a bucket it is what this machine knows of them. */
  readonly folder: string;
  /** @default - the folder is all there is */
  readonly there?: There;
}

/** Backups in a bucket. */
export interface There {
  readonly bucket: Bucket;
  /** What its keys begin with: `cloudflare/prod/`. */
  readonly prefix: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const variables = {
  accessKeyId: "LOCKSTEP_BACKUP_ACCESS_KEY_ID",
  secretAccessKey: "LOCKSTEP_BACKUP_SECRET_ACCESS_KEY",
} as const;

/**
 * The place that the settings name, or the folder `to`. Nobody looks yet whether it is there.
 * @param env where the keys of a bucket are, and how the embedded Cloudflare is found
 */
export async function depotOf(
  whose: Whose,
  env: () => Environment | Promise<Environment>,
  to?: string,
): Promise<Depot> {
  const folder = backupFolder(whose, to);
  const wanted = to ?? backupSettings(whose.configured)?.to;
  if (wanted === undefined || typeof wanted === "string") return { folder };
  const prefix = `${whose.target}/${whose.stage}/`;
  const bucket =
    whose.target === "embedded"
      ? await embeddedBucket(wanted, connection(await env(), whose.root))
      : keyedBucket(wanted, await env());
  return { folder, there: { bucket, prefix } };
}

function keyedBucket({ bucket: name, accountId, jurisdiction }: BucketName, env: Environment): Bucket {
  const [accessKeyId, secret] = [env[variables.accessKeyId], env[variables.secretAccessKey]];
  if (accessKeyId && secret)
    return {
      s3: { accessKeyId, secret, endpoint: (of) => endpointOf(accountId, of) },
      name,
      jurisdiction: jurisdiction ?? "default",
    };
  throw new UserError({
    what: "The bucket of the backups cannot be reached: its keys are missing",
    where: `${variables.accessKeyId} and ${variables.secretAccessKey}`,
    got: accessKeyId || secret ? "one of the two" : "neither",
    expected: `the S3 keys of an R2 token that may read and write objects of ${name}, in account ${accountId}`,
    fix: "make one in that account under R2, API tokens, for this bucket alone, and export both, or put them into .env.<stage>",
  });
}

/** The embedded Cloudflare's own token signs there; its accounts are those of this machine. */
export async function embeddedBucket(
  { bucket, accountId, jurisdiction }: BucketName,
  api: Connection,
): Promise<Bucket> {
  const accounts = api.accountNames ?? {};
  if (accounts[accountId] === undefined)
    throw new UserError({
      what: "The embedded Cloudflare has no such account for the backups",
      where: "lockstep:backup, to",
      got: accountId,
      expected: Object.entries(accounts)
        .map(([id, name]) => `${id} (${name})`)
        .join(", "),
      fix: "name one of these on the embedded target, or a folder for this once: --to <folder>",
    });
  return { s3: await s3Of(api, accountId), name: bucket, jurisdiction: jurisdiction ?? "default" };
}
