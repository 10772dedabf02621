import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const rule = z.object({
  id: z.string(),
  enabled: z.boolean(),
  conditions: z.object({ prefix: z.string() }),
  deleteObjectsTransition: z
    .object({ condition: z.object({ maxAge: z.number().optional(), date: z.string().optional() }) })
    .optional(),
});
const inputs = z.object({ rules: z.unknown().optional() });
export type ExpiringRule = z.infer<typeof rule>;

/** The rules among a resource's inputs; those of an older state may be anything. */
export function expiringRules(rules: unknown): readonly ExpiringRule[] {
  const parsed = z.array(rule).safeParse(rules);
  return parsed.success ? parsed.data : [];
}

/** Says which objects a new or changed lifecycle will delete: that is loss of data, and nothing else in a preview shows it. */
export const tellsExpiry = (name: string): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `tells-expiry/${name}`,
    async ({ oldInputs, newInputs }) => {
      const [before, after] = [inputs.parse(oldInputs ?? {}), inputs.parse(newInputs ?? {})];
      for (const line of expiryLines(name, expiringRules(before.rules), expiringRules(after.rules)))
        await pulumi.log.warn(line);
    },
    { onDryRun: true },
  );

/** A sentence for each rule that deletes objects and did not do so before, or did it otherwise. */
export const expiryLines = (
  name: string,
  before: readonly ExpiringRule[],
  after: readonly ExpiringRule[],
): readonly string[] => {
  const known = before.filter(({ enabled }) => enabled).map((each) => JSON.stringify(each));
  return after
    .filter(({ enabled, deleteObjectsTransition }) => enabled && deleteObjectsTransition !== undefined)
    .filter((each) => !known.includes(JSON.stringify(each)))
    .map((each) => expiryLine(name, each));
};

function expiryLine(name: string, { id, conditions, deleteObjectsTransition }: ExpiringRule): string {
  const { maxAge = 0, date } = deleteObjectsTransition?.condition ?? {};
  const what = conditions.prefix === "" ? "every object" : `every object under ${conditions.prefix}`;
  const days = maxAge / (24 * 60 * 60);
  const when = date === undefined ? `${days} days after it was written` : `from ${date.slice(0, 10)} on`;
  return `${name}: lifecycle rule ${id} deletes ${what} ${when}, also what is there already`;
}
