import { isAbsolute, join } from "node:path";
import { z } from "zod";

/** How many backups stay: the newest one of each of so many days, weeks (from Monday) and months, in UTC. */
const keep = z.strictObject({
  daily: z.int().min(0).default(7),
  weekly: z.int().min(0).default(5),
  monthly: z.int().min(0).default(12),
});

/** What a stack file says of its backups. */
export const backupShape = z.strictObject({
  /** Public keys of age: `age1…`. Each of their owners alone can open the backups. */
  recipients: z.array(z.string().regex(/^age1[0-9a-z]{20,}$/)).min(1),
  /** A folder; a path that is not absolute is below the project. */
  to: z.string().min(1).default("backups"),
  keep: keep.prefault({}),
  /** After so many days without a drill that proved a backup, the stage counts as without one. */
  provenWithinDays: z.number().positive().default(7),
});

export type BackupSettings = Readonly<z.infer<typeof backupShape>>;

/** Whose backups: those of two targets have nothing to do with each other. */
export interface Whose {
  /** The project's folder. */
  readonly root: string;
  readonly stage: string;
  readonly target: "embedded" | "cloudflare";
  /** The value of `lockstep:backup` in the stack file; undefined where it has none. */
  readonly configured: unknown;
}

/** The settings; undefined where there are none, or where they are wrong (the program refuses those). */
export function backupSettings(configured: unknown): BackupSettings | undefined {
  const parsed = backupShape.safeParse(configured);
  return parsed.success ? parsed.data : undefined;
}

/** The folder with the backups of one stage, and its journal. Nobody looks whether it is there. */
export function backupFolder({ root, stage, target, configured }: Whose, to?: string): string {
  const chosen = to ?? backupSettings(configured)?.to ?? "backups";
  return join(isAbsolute(chosen) ? chosen : join(root, chosen), target, stage);
}
