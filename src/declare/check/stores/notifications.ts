import type { Diagnostic } from "../../../diagnostic/user-error.ts";
import type { BucketNotification } from "../../stores/bucket-notification.ts";
import type { R2 } from "../../stores/r2.ts";
import type { System } from "../../system.ts";
import type { PerStage } from "../../values.ts";

/** A rule as Cloudflare knows it: of one stage, with both filters as texts. */
interface Rule {
  readonly of: BucketNotification;
  readonly stage: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** Notifications that Cloudflare would refuse in the middle of an update: a filter that a stage lacks, two that wait for the same event. */
export const checkNotifications = (system: System, stageNames: readonly string[]): Diagnostic[] =>
  system.resources.flatMap((resource) =>
    resource.kind === "r2" ? checkBucket(system, resource, system.stages ?? stageNames) : [],
  );

function checkBucket(system: System, bucket: R2, stages: readonly string[]): Diagnostic[] {
  const where = `${system.name}/${bucket.name} (r2), notifications`;
  const notifications = bucket.notifications ?? [];
  const missing = notifications.flatMap(({ prefix, suffix }) =>
    stages.flatMap((stage) =>
      [prefix, suffix].flatMap((filter) =>
        filter === undefined || filterOf(filter, stage) !== undefined ? [] : [withoutValue(where, stage)],
      ),
    ),
  );
  if (missing.length > 0) return missing;
  const rules = notifications.flatMap((of) => stages.map((stage) => ruleOf(of, stage)));
  return rules.flatMap((rule, index) =>
    rules
      .slice(index + 1)
      // Stages have a bucket each, unless they share it.
      .filter((other) => (bucket.shared === true || other.stage === rule.stage) && overlap(rule, other))
      .map((other) => overlapping(where, rule, other)),
  );
}

const ruleOf = (of: BucketNotification, stage: string): Rule => ({
  of,
  stage,
  prefix: filterOf(of.prefix, stage) ?? "",
  suffix: filterOf(of.suffix, stage) ?? "",
});

/** What a filter is in a stage; undefined where it is none, or has no value for this stage. */
export const filterOf = (filter: string | PerStage | undefined, stage: string): string | undefined =>
  typeof filter === "object" ? filter.values[stage] : filter;

const overlap = (a: Rule, b: Rule): boolean =>
  a.of.events.some((event) => b.of.events.includes(event)) &&
  (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
  (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix));

const said = ({ of, stage, prefix, suffix }: Rule): string =>
  `${of.queue.name} in ${stage}, ${prefix}*${suffix} (${of.events.join(", ")})`;

const overlapping = (where: string, rule: Rule, other: Rule): Diagnostic => ({
  what: "Two notifications of a bucket wait for the same event, and Cloudflare accepts only one",
  where,
  got: `${said(rule)}; ${said(other)}`,
  expected: "each event of each object for one queue",
  fix:
    rule.stage === other.stage
      ? "give them prefixes or suffixes that no key can have both of, or other events"
      : `stages share this bucket: give each its own prefix, prefix: perStage({ ${rule.stage}: "…", ${other.stage}: "…" })`,
});

const withoutValue = (where: string, stage: string): Diagnostic => ({
  what: `A filter without a value for stage ${stage}`,
  where,
  got: "perStage({ … }) without it",
  expected: `a text for ${stage}`,
  fix: `add ${stage}: "…" to perStage({ … })`,
});
