/**
 * What a system asks of the backups of its stages. Where they are, and who may read them, is said by each stage (`lockstep:backup`), since that differs;
 * what is said here is not said there again. A stage has one backup of all its systems, so the strictest holds.
 *
 * @example
 * const backup: BackupPlan = { by: "worker", schedule: "0 3 * * *", keep: { daily: 30 }, provenWithinDays: 2 };
 */
export interface BackupPlan {
  /** When a backup is due: a cron expression in UTC. `just backup-check` is red where the newest one is older, an hour later. Nobody is started by it, but a worker that `by` names. @default - never */
  readonly schedule?: string;
  /**
   * Who begins them: `worker` deploys a worker of Lockstep's, with a cron, that reads databases and namespaces and writes into a bucket of the stage's
   * account. It has public keys alone. Of several systems one is enough. @default - whoever runs `just backup`, such as CI
   */
  readonly by?: "worker";
  /** How many stay. Of several systems each backup stays that one of them keeps. @default - the stage's, or 7 daily, 5 weekly and 12 monthly ones */
  readonly keep?: BackupRetention;
  /** After so many days without a drill that proved a backup, the stage counts as without one. Of several systems the smallest holds. @default - the stage's, or 7 */
  readonly provenWithinDays?: number;
}

/**
 * How many backups stay: the newest one of each of so many days, weeks (from Monday) and months, in UTC.
 *
 * @example
 * const keep: BackupRetention = { daily: 7, weekly: 5, monthly: 12 };
 */
export interface BackupRetention {
  /** Of so many of the last days that have one. @default 7 */
  readonly daily?: number;
  /** Of so many of the last weeks that have one. @default 5 */
  readonly weekly?: number;
  /** Of so many of the last months that have one. @default 12 */
  readonly monthly?: number;
}
