import type { SeenResource } from "../../seen/resource.ts";
import { types } from "../../seen/types.ts";
import { numberAt, unknown } from "../../seen/values.ts";
import { type Context, cannotTell, type Finding, type ResourceRule, violation, warning } from "../rule.ts";

/** What Cloudflare takes, as its documentation of queues says; the declarations are held to the same. */
const ranges: Readonly<Record<string, readonly [setting: string, least: number, most: number][]>> = {
  [types.queue]: [
    ["deliveryDelay", 0, 43_200],
    ["messageRetentionPeriod", 60, 1_209_600],
  ],
  [types.consumer]: [
    ["batchSize", 1, 100],
    ["maxRetries", 0, 100],
    ["maxWaitTimeMs", 0, 60_000],
    ["retryDelay", 0, 43_200],
    ["maxConcurrency", 1, 250],
    ["visibilityTimeoutMs", 0, 43_200_000],
  ],
};

/** Numbers that Cloudflare would refuse in the middle of an update, and messages that are not kept long enough to be missed. */
export const queueSettings: ResourceRule = {
  id: "queue-settings",
  title:
    "A queue's and a consumer's settings are within Cloudflare's limits, and messages are kept for a day at least.",
  why: "Cloudflare refuses a number outside its limits in the middle of an update. A message that is kept for an hour is gone before somebody mends the consumer.",
  remediation: "Correct the number; set `messageRetentionPeriod` to 86400 seconds or more.",
  severity: "medium",
  warns: true,
  levels: { protected: "mandatory", others: "mandatory" },
  settings: {
    leastRetentionSeconds: {
      kind: "number",
      says: "How long messages are to be kept at least, in seconds; less is a warning",
      standard: 86_400,
      least: 60,
      most: 1_209_600,
    },
  },
  of: [types.queue, types.consumer],
  check: (resource, context) => [
    ...(ranges[resource.type] ?? []).flatMap(([setting, least, most]): Finding[] => {
      const value = numberAt(resource.props, "settings", setting);
      if (value === unknown) return [cannotTell(resource, setting)];
      if (value === undefined || (value >= least && value <= most && Number.isInteger(value))) return [];
      return [
        violation(
          `${resource.name} has ${setting} ${value}; Cloudflare takes a whole number of ${least} to ${most}.`,
        ),
      ];
    }),
    ...retention(resource, context),
  ],
};

function retention(resource: SeenResource, { number, protected: holdsData }: Context): readonly Finding[] {
  const kept = numberAt(resource.props, "settings", "messageRetentionPeriod");
  const least = number("leastRetentionSeconds");
  if (resource.type !== types.queue || !holdsData || typeof kept !== "number" || kept >= least || kept < 60)
    return [];
  return [
    warning(
      `${resource.name} keeps messages for ${kept} seconds; less than ${least} is short for somebody to notice that its consumer stands still.`,
    ),
  ];
}
