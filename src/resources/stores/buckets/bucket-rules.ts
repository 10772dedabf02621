import type { CorsRule, LifecycleRule, LockRule, When } from "../../../declare/index.ts";
import { defaultLifecycleRule } from "../../../dynamic/stores/bucket-reset-provider.ts";
import type { inputs } from "../../cloudflare.ts";

const daySeconds = 24 * 60 * 60;
const midnight = (date: string): string => `${date}T00:00:00Z`;

export const corsInput = (rule: CorsRule): inputs.R2BucketCorsRule => ({
  allowed: {
    origins: [...rule.origins],
    methods: [...rule.methods],
    ...(rule.headers !== undefined && { headers: [...rule.headers] }),
  },
  ...(rule.exposeHeaders !== undefined && { exposeHeaders: [...rule.exposeHeaders] }),
  ...(rule.maxAgeSeconds !== undefined && { maxAgeSeconds: rule.maxAgeSeconds }),
});

/** Written rules replace all that a bucket has, also the one that a new bucket is born with: it stays where none says otherwise. */
export const lifecycleInputs = (rules: readonly LifecycleRule[]): inputs.R2BucketLifecycleRule[] => [
  ...rules.map(lifecycleInput),
  ...(rules.some(({ abortMultipart }) => abortMultipart !== undefined) ? [] : [defaultLifecycleRule]),
];

/** Only what is declared: a transition that was not sent must not come back as an empty one. */
const lifecycleInput = (rule: LifecycleRule): inputs.R2BucketLifecycleRule => ({
  id: rule.id,
  enabled: rule.enabled ?? true,
  conditions: { prefix: rule.prefix ?? "" },
  ...(rule.expire !== undefined && { deleteObjectsTransition: { condition: condition(rule.expire) } }),
  ...(rule.infrequentAccess !== undefined && {
    storageClassTransitions: [
      { condition: condition(rule.infrequentAccess), storageClass: "InfrequentAccess" },
    ],
  }),
  ...(rule.abortMultipart !== undefined && {
    abortMultipartUploadsTransition: {
      condition: { type: "Age", maxAge: rule.abortMultipart.afterDays * daySeconds },
    },
  }),
});

const condition = (when: When): { type: "Date"; date: string } | { type: "Age"; maxAge: number } =>
  "on" in when
    ? { type: "Date", date: midnight(when.on) }
    : { type: "Age", maxAge: when.afterDays * daySeconds };

export const lockInput = ({ id, prefix, enabled, retain }: LockRule): inputs.R2BucketLockRule => ({
  id,
  enabled: enabled ?? true,
  ...(prefix !== undefined && { prefix }),
  condition: lockCondition(retain),
});

function lockCondition(retain: LockRule["retain"]): inputs.R2BucketLockRuleCondition {
  if (retain === "indefinitely") return { type: "Indefinite" };
  return "until" in retain
    ? { type: "Date", date: midnight(retain.until) }
    : { type: "Age", maxAgeSeconds: retain.forDays * daySeconds };
}
