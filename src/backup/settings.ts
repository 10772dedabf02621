import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { notASchedule } from "../declare/check/backup.ts";

/** How many backups stay: the newest one of each of so many days, weeks (from Monday) and months, in UTC. */
export const keepShape = z.strictObject({
  daily: z.int().min(0).default(7),
  weekly: z.int().min(0).default(5),
  monthly: z.int().min(0).default(12),
});

/** After so many days without a drill that proved a backup, the stage counts as without one. */
export const provenWithinDaysShape = z.number().positive();

const cron = z.string().superRefine((text, context) => {
  const expected = notASchedule(text);
  if (expected !== undefined) context.addIssue({ code: "custom", message: `expected ${expected}` });
});
/** When a backup is due: crons in UTC. */
export const scheduleShape = z.union([cron, z.array(cron).min(1)]);

/** Who begins a backup. */
export const byShape = z.literal("worker");

/** A bucket of R2: of another account than the stage's, or at least none of the stage's own. */
const bucketName = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/),
  accountId: z.string().regex(/^[0-9a-f]{32}$/),
  jurisdiction: z.enum(["eu", "fedramp"]).optional(),
});
export type BucketName = Readonly<z.infer<typeof bucketName>>;

/** What a stack file says of its backups. */
export const backupShape = z.strictObject({
  /** Public keys of age: `age1…`. Each of their owners alone can open the backups. */
  recipients: z.array(z.string().regex(/^age1[0-9a-z]{20,}$/)).min(1),
  /** A folder, its path absolute or from the project; or a bucket. */
  to: z.union([z.string().min(1), bucketName]).default("backups"),
  /** @default - none is ever due */
  schedule: scheduleShape.optional(),
  /** @default - whoever runs `just backup` */
  by: byShape.optional(),
  keep: keepShape.prefault({}),
  provenWithinDays: provenWithinDaysShape.default(7),
  /** A backup reads no more rows of databases a second than this, on average. @default - as many as D1 answers with */
  rowsPerSecond: z.int().min(1).optional(),
});

export type BackupSettings = Readonly<z.infer<typeof backupShape>>;

/** Whose backups: those of two targets have nothing to do with each other. */
export interface Whose {
  /** The project's folder. */
  readonly root: string;
  readonly stage: string;
  readonly target: "embedded" | "cloudflare";
  /** The value of `lockstep:backup` in the stack file, with what the stage's systems say besides; undefined where it has none. */
  readonly configured: unknown;
}

/** The settings; undefined where there are none, or where they are wrong (the program refuses those). */
export function backupSettings(configured: unknown): BackupSettings | undefined {
  const parsed = backupShape.safeParse(configured);
  return parsed.success ? parsed.data : undefined;
}

/** Whether a worker writes backups of a stage. @param configured what the stage and its systems say of backups, right or wrong */
export const hasWorker = (configured: unknown): boolean => writer.safeParse(configured).success;
const writer = z.looseObject({ by: byShape });

/** The folder with the backups of one stage, and its journal; of a bucket: with what this machine knows of it. Nobody looks whether it is there. */
export function backupFolder({ root, stage, target, configured }: Whose, to?: string): string {
  const chosen = to ?? backupSettings(configured)?.to ?? "backups";
  const folder =
    typeof chosen === "string"
      ? chosen
      : join(
          ".lockstep",
          "backups",
          `${chosen.accountId}-${chosen.jurisdiction ?? "default"}-${chosen.bucket}`,
        );
  return join(isAbsolute(folder) ? folder : join(root, folder), target, stage);
}
