/** What a stage serves of a system: the digest of what that is built from, since when, and whose `up` brought it. */
export interface ServedStatus {
  readonly system: string;
  /** Null where it serves no single version of the system: two share the requests, or an older one answers. */
  readonly digest: string | null;
  /** ISO 8601; null as the digest is. */
  readonly since: string | null;
  readonly by: string | null;
  /** What was checked out; null where it was changed beside git, too. */
  readonly commit: string | null;
}
