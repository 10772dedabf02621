/** What the API token of a run may do, as far as it may read that. */
export interface SeenToken {
  /** Undefined where it may not read itself. */
  readonly policies: readonly SeenPolicy[] | undefined;
}

export interface SeenPolicy {
  /** Names of permission groups. */
  readonly groups: readonly string[];
  /** What they are given on: `com.cloudflare.api.account.<id>`. */
  readonly resources: readonly string[];
}
