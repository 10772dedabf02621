import { z } from "zod";
import type { System } from "../../declare/index.ts";
import { physicalName } from "../../declare/physical-name.ts";
import { outputsOf, type StateResource } from "../../reality/state.ts";
import { lockInput } from "../../resources/stores/buckets/bucket-rules.ts";
import type { Wanted } from "./dropped.ts";
import type { ValueLoss } from "./value-loss.ts";

const lockType = "cloudflare:index/r2BucketLock:R2BucketLock";

const rule = z.object({
  id: z.string(),
  enabled: z.boolean(),
  prefix: z.string().nullish(),
  condition: z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("Age"), maxAgeSeconds: z.number() }),
    z.looseObject({ type: z.literal("Date"), date: z.string() }),
    z.looseObject({ type: z.literal("Indefinite") }),
  ]),
});
type Rule = z.infer<typeof rule>;
const rules = z.array(rule);

/** Locks of buckets that are taken off or end sooner: from then on anybody who may write there can delete what they kept. */
export const shorterLocks = (
  state: readonly StateResource[],
  system: System,
  { stage }: Wanted,
): readonly ValueLoss[] =>
  system.resources.flatMap((declared): readonly ValueLoss[] => {
    if (declared.kind !== "r2") return [];
    const label = `${system.name}/${declared.name}`;
    const was = z.object({ rules }).safeParse(outputsOf(state, lockType, label));
    const before = (was.data?.rules ?? []).filter(({ enabled }) => enabled);
    const after = rules.parse((declared.lock ?? []).map(lockInput)).filter(({ enabled }) => enabled);
    return before
      .filter((each) => !after.some((other) => keepsAsMuch(each, other)))
      .map(({ id, prefix, condition }) => ({
        label,
        property: `lock, rule ${id}`,
        becomes: (be) =>
          `${(prefix ?? "") === "" ? "" : `under ${prefix} `}${be} not kept any more for as long as before, and can be deleted and overwritten`,
        before: { prefix: prefix ?? "", condition },
        after: after.map((other) => ({ prefix: other.prefix ?? "", condition: other.condition })),
        holder: {
          kind: "r2",
          name: physicalName(declared, stage),
          jurisdiction: declared.jurisdiction ?? "default",
          ...((prefix ?? "") !== "" && { prefix: prefix ?? "" }),
        },
        alsoLater: false,
      }));
  });

/** Whether what one rule keeps, another keeps too, and not shorter. */
function keepsAsMuch(before: Rule, after: Rule): boolean {
  if (!(before.prefix ?? "").startsWith(after.prefix ?? "")) return false;
  const [was, is] = [before.condition, after.condition];
  if (is.type === "Indefinite") return true;
  if (was.type === "Age" && is.type === "Age") return was.maxAgeSeconds <= is.maxAgeSeconds;
  return was.type === "Date" && is.type === "Date" && Date.parse(was.date) <= Date.parse(is.date);
}
