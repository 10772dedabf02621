import { z } from "zod";
import type { Diagnostic } from "../diagnostic/user-error.ts";

/** `<why>` is what a block to be filled in has: nobody has approved of anything yet. */
const filledIn = z
  .string()
  .min(1)
  .refine((text) => !/^<.*>$/.test(text.trim()), "is to be filled in");

/** That somebody has agreed to something that a protected stage refuses: to a change, or to what a policy rule finds. */
export const approval = z
  .strictObject({
    /** `<system>/<name>`, as it is declared. */
    resource: z.string().regex(/^[^/\s]+\/\S+$/, "is <system>/<name>"),
    /** Of the change that it was given for, as the refusal of that change printed it. Another change has another one. */
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, "is sha256:<64 hexadecimal digits>")
      .optional(),
    /** Of a policy: the id of the rule that is excepted for the resource. */
    rule: z.string().min(1).optional(),
    reason: filledIn,
    /** Who approved. */
    by: filledIn,
    /** The last day on which it counts, in UTC: `2026-12-24`. */
    until: z
      .string()
      // What YAML takes for a date, Pulumi hands over as a moment.
      .transform((text) => text.replace(/T00:00:00Z$/, ""))
      .pipe(z.iso.date()),
  })
  .refine(
    ({ digest, rule }) => digest === undefined || rule === undefined,
    "has a digest or a rule, not both",
  );
export type Approval = Readonly<z.infer<typeof approval>>;

/** One that was given for a change. */
export const changeApproval = approval.safeExtend({ digest: z.string() });
export type ChangeApproval = Readonly<z.infer<typeof changeApproval>>;

export const isOfChange = (each: Approval): each is ChangeApproval => each.digest !== undefined;

/** One that excepts a resource from a policy rule. */
export interface Exception extends Approval {
  readonly rule: string;
}

export const isException = (each: Approval): each is Exception => each.rule !== undefined;

/** For people: who agreed, until when and why. */
export const approvalText = ({ by, until, reason }: Approval): string =>
  `approved by ${by} until ${until}: ${reason}`;

/** Approvals that count no more. @param stack the stage's name */
export const expiredApprovals = (
  approvals: readonly Approval[],
  stack: string,
  today: string,
): readonly Diagnostic[] =>
  approvals
    .filter(({ until }) => until < today)
    .map(({ resource, until, by }) => ({
      what: `An approval for ${resource} has expired`,
      where: `lockstep:approvals of stack ${stack}`,
      got: `until ${until}, by ${by}`,
      expected: `a day from ${today} on`,
      fix: "take it out of the stack file; if the change is still to come, have it approved again",
    }));
