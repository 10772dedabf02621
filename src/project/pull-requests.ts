/**
 * Stages that pull requests may have, one each, named `pr-<number>`: stores of their own, migrated and seeded, and never another stage's. What is left
 * out has a default.
 *
 * @example
 * const pullRequests: PullRequestStages = { like: "dev", leaseHours: 72 };
 */
export interface PullRequestStages {
  /**
   * The stage whose systems they have, and whose texts where they differ by stage (`perStage`, a secret's fallback). They take over nothing that it
   * has taken over, have none of its domains, and have their own of what it shares. @default - the one called `dev`, or else the first
   */
  readonly like?: string;
  /** Their account of the embedded Cloudflare, one for all of them. @default "pull-requests" */
  readonly embeddedAccount?: string;
  /** Hours after its last `up` in which one is somebody's: then `sweep` says that it has expired. @default 72 */
  readonly leaseHours?: number;
}

/**
 * What a project says of its pull requests' stages, each default filled in.
 *
 * @example
 * const expiresAt = ({ leaseHours }: PullRequests, now: Date): Date => new Date(now.getTime() + leaseHours * 3_600_000);
 */
export interface PullRequests {
  /** The stage whose systems and texts they have. */
  readonly like: string;
  /** Their account of the embedded Cloudflare, one for all of them. */
  readonly embeddedAccount: string;
  /** Hours after its last `up` in which one is somebody's. */
  readonly leaseHours: number;
}

/** `pr-12` */
const name = /^pr-[1-9]\d{0,8}$/;
export const isPullRequestStage = (stage: string): boolean => name.test(stage);
