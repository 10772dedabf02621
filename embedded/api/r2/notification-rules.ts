import { z } from "zod";
import type { Bucket } from "./buckets.ts";

const actions = z.enum([
  "PutObject",
  "CopyObject",
  "DeleteObject",
  "CompleteMultipartUpload",
  "LifecycleDeletion",
]);

/** A rule as it is sent. */
export const ruleSchema = z.object({
  actions: z.array(actions).min(1),
  description: z.string().nullish(),
  prefix: z.string().nullish(),
  suffix: z.string().nullish(),
});
const keptSchema = z.object({ ruleId: z.string(), createdAt: z.string(), ...ruleSchema.shape });

/** What a bucket is to tell a queue. */
export type Rule = z.infer<typeof keptSchema>;
type Filters = z.infer<typeof ruleSchema>;

export const rulesOf = (bucket: Bucket, queue: string): readonly Rule[] =>
  z.array(keptSchema).parse(bucket.body.notifications[queue] ?? []);

/** Whether there can be an event that both rules wait for. */
export function overlap(a: Filters, b: Filters): boolean {
  if (!a.actions.some((action) => b.actions.includes(action))) return false;
  const [p, q, s, t] = [a.prefix ?? "", b.prefix ?? "", a.suffix ?? "", b.suffix ?? ""];
  return (p.startsWith(q) || q.startsWith(p)) && (s.endsWith(t) || t.endsWith(s));
}

/** Whether the rule waits for this event. */
export const matches = (
  rule: Filters,
  event: { readonly action: Filters["actions"][number]; readonly object: { readonly key: string } },
): boolean =>
  rule.actions.includes(event.action) &&
  event.object.key.startsWith(rule.prefix ?? "") &&
  event.object.key.endsWith(rule.suffix ?? "");
