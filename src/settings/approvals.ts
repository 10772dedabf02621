import { z } from "zod";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";

/** That somebody has approved of a change which loses data. */
export const approval = z.strictObject({
  /** `<system>/<name>`, as it is declared. */
  resource: z.string().regex(/^[^/\s]+\/\S+$/, "is <system>/<name>"),
  reason: z.string().min(1),
  /** Who approved. */
  by: z.string().min(1),
  /** The last day on which it counts, in UTC: `2026-12-24`. */
  until: z
    .string()
    // What YAML takes for a date, Pulumi hands over as a moment.
    .transform((text) => text.replace(/T00:00:00Z$/, ""))
    .pipe(z.iso.date()),
});
export type Approval = Readonly<z.infer<typeof approval>>;

/** Approvals that count no more. */
export const expiredApprovals = (
  approvals: readonly Approval[],
  stage: Stage,
  today: string,
): readonly Diagnostic[] =>
  approvals
    .filter(({ until }) => until < today)
    .map(({ resource, until, by }) => ({
      what: `An approval for ${resource} has expired`,
      where: `lockstep:approvals of stack ${stage.name}`,
      got: `until ${until}, by ${by}`,
      expected: `a day from ${today} on`,
      fix: "take it out of the stack file; if the change is still to come, have it approved again",
    }));
