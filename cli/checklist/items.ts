/** When an item is looked at. */
export const phases = ["before", "during", "after", "rollback", "weekly", "monthly"] as const;
export type Phase = (typeof phases)[number];

export const titles: Readonly<Record<Phase, string>> = {
  before: "Before the deployment",
  during: "Deployment",
  after: "After the deployment",
  rollback: "Ready to go back",
  weekly: "Every week",
  monthly: "Every month",
};

/** What ticks an item without a person. */
export type CheckName =
  | "validates"
  | "policies"
  | "stageBefore"
  | "noDrift"
  | "proven"
  | "errorsOfHour"
  | "errorsOfDay"
  | "smoke"
  | "figures"
  | "latency"
  | "data"
  | "wayBack"
  | "bookmarks"
  | "databaseSize"
  | "vectors"
  | "buckets"
  | "queues";

/** One line of a checklist. */
export interface Item {
  /** What it is signed by: unique. */
  readonly id: string;
  readonly phase: Phase;
  readonly text: string;
  /** The check that ticks it; undefined: a person signs it. */
  readonly check?: CheckName;
}

const item = (phase: Phase, id: string, text: string, check?: CheckName): Item => ({
  ...{ id, phase, text },
  ...(check !== undefined && { check }),
});

/** What a rollout goes through, and what somebody looks at between rollouts. What a machine can tell is no question to a person. */
export const items: readonly Item[] = [
  item("before", "tests", "All tests pass: unit, integration, end to end"),
  item("before", "benchmarks", "The performance that was agreed on is reached"),
  item("before", "validates", "Systems, stages and migrations have nothing wrong", "validates"),
  item("before", "policies", "No policy refuses what is declared", "policies"),
  item("before", "stage-before", "The stage before this one is up and answers", "stageBefore"),
  item("before", "no-drift", "Nothing was changed by hand that this deployment would undo", "noDrift"),
  item("before", "backup", "A backup was restored and compared not long ago", "proven"),
  item("before", "security", "Somebody has reviewed the security of the change"),
  item("before", "documentation", "The documentation says what will be"),
  item("before", "rollback-tested", "Going back was tried in another stage"),

  item("during", "low-traffic", "It is a time with few visitors"),
  item("during", "errors", "Fewer than 1 % of the requests fail", "errorsOfHour"),
  item("during", "smoke", "Every worker answers at its smoke path", "smoke"),
  item("during", "figures", "Figures of every worker come in", "figures"),
  item("during", "user-flows", "What users need most was tried by hand"),

  item("after", "day", "A day has passed with fewer than 1 % of failures", "errorsOfDay"),
  item("after", "latency", "95 of 100 requests take less than 2 s", "latency"),
  item("after", "data", "Databases are what their migrations made of them", "data"),
  item("after", "still-no-drift", "Nothing was changed by hand since", "noDrift"),
  item("after", "error-logs", "Somebody has read the errors in the logs"),
  item("after", "acceptance", "Users have accepted it"),
  item("after", "status-page", "The status page says it"),

  item("rollback", "versions", "Every worker has a version from before to go back to", "wayBack"),
  item("rollback", "bookmarks", "Every database has a bookmark of before its last migration", "bookmarks"),
  item("rollback", "backup-proven", "A backup was restored and compared not long ago", "proven"),
  item("rollback", "answers", "What serves answers", "smoke"),
  item("rollback", "decided", "Somebody has decided who says that it goes back, and when"),

  item("weekly", "database-size", "Databases stay below 8 of the 10 GB that D1 has", "databaseSize"),
  item("weekly", "vectors", "Vectorize indexes take up what they are given", "vectors"),
  item("weekly", "buckets", "What buckets hold is known", "buckets"),
  item("weekly", "queues", "No queue has messages that wait for an hour", "queues"),

  item("monthly", "test-data", "Test data was looked through and taken away"),
  item("monthly", "objects", "Durable Objects that nobody needs were archived"),
  item("monthly", "indexes", "Indexes were looked through (db advise) and made better"),
  item("monthly", "restored", "A backup was restored and compared not long ago", "proven"),
];
