import { bucketSecretUses } from "../../backup/bucket-secrets.ts";
import type { BackupSettings } from "../../backup/settings.ts";
import { addRecipients } from "../../backup/store/recipients.ts";
import { backupSystem } from "../../declare/backup-worker.ts";
import type { System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { type Diagnostic, UserError } from "../../diagnostic/user-error.ts";
import type { Stage } from "../../project/stage.ts";
import { missingOf } from "../../settings/check.ts";

interface Concerned {
  readonly stage: Stage;
  readonly systems: readonly System[];
  /** Undefined where the stage has none. */
  readonly backup: BackupSettings | undefined;
  /** The stage's account; undefined where nobody has asked which it is. */
  readonly accountId: string | undefined;
}

/** What is wrong with the backups of a stage, where it says who may read them, and where a worker is to write them. */
export async function refusedBackup(settings: Concerned): Promise<readonly Diagnostic[]> {
  const { backup } = settings;
  if (backup === undefined) return [];
  return [
    ...(await wrongRecipients(backup.recipients, settings.stage)),
    ...(backup.by === undefined ? [] : wrongPlace(settings)),
  ];
}

/** Keys of a bucket of another account that nobody has set. @param accountId the stage's */
export const missingBucketSecrets = (
  {
    stage,
    backup,
    secrets,
  }: Pick<Concerned, "stage" | "backup"> & { readonly secrets: Readonly<Record<string, string>> },
  accountId: string | undefined,
): readonly Diagnostic[] => missingOf(bucketSecretUses(backup, accountId), Object.keys(secrets), stage);

/** Before anything is encrypted to nobody. */
async function wrongRecipients(
  recipients: readonly string[],
  { name }: Stage,
): Promise<readonly Diagnostic[]> {
  const { Encrypter } = await import("age-encryption");
  return recipients.flatMap((recipient) => {
    try {
      addRecipients(new Encrypter(), [recipient]);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [{ ...error.diagnostic, where: `lockstep:backup of stack ${name}, recipients` }];
    }
  });
}

function wrongPlace({ stage, systems, accountId, backup }: Concerned): readonly Diagnostic[] {
  const { to, schedule } = backup ?? {};
  const where = `lockstep:backup of stack ${stage.name}`;
  const what = "A worker is to write the backups, and cannot";
  const stores = systems.flatMap(({ resources }) => resources);
  const own = stores.find(
    (each) =>
      typeof to === "object" &&
      // In another account a bucket of the same name is another bucket.
      (accountId === undefined || to.accountId === accountId) &&
      each.kind === "r2" &&
      physicalName(each, stage) === to.bucket,
  );
  return [
    ...(typeof to !== "object"
      ? [
          {
            ...{ what, where: `${where}, to` },
            got: `the folder ${to}`,
            expected: `a bucket of R2, of the stage's account or of another one: { bucket: <name>, accountId: ${accountId ?? "<its id>"} }`,
            fix: "name one there, or leave out by: worker and let CI run the backups",
          },
        ]
      : []),
    ...(own === undefined
      ? []
      : [
          {
            ...{ what, where: `${where}, to` },
            got: `${own.name}, a bucket of the stage itself: the backups would go with it`,
            expected: "a bucket that the stage does not declare",
            fix: "make another one, and name it there",
          },
        ]),
    ...(schedule === undefined
      ? [
          {
            ...{ what, where: `${where}, schedule` },
            got: "none",
            expected: "when a backup is due",
            fix: 'such as schedule: "0 3 * * *", of the stage or of a system',
          },
        ]
      : []),
    ...(stores.some(({ kind }) => kind === "d1" || kind === "kv")
      ? []
      : [
          {
            ...{ what, where: systems.map(({ name }) => name).join(", ") },
            got: "neither databases nor namespaces",
            expected: "something that a worker can read",
            fix: "leave out by: worker",
          },
        ]),
    ...(systems.some(({ name }) => name === backupSystem.name)
      ? [
          {
            ...{ what, where: `system ${backupSystem.name}` },
            got: "a system of the name that the worker has in the state",
            expected: "another name",
            fix: "give the system another name, or leave out by: worker",
          },
        ]
      : []),
  ];
}
