const dayMs = 24 * 60 * 60 * 1000;
/** How long an approval is proposed to count. */
const proposedDays = 7;

/** What an approval is given for: a change by its digest, or what a policy rule finds. */
export type Approvable = { readonly resource: string } & (
  | { readonly digest: string }
  | { readonly rule: string }
);

/** What only a person knows, and what is proposed for it. */
export interface Signed {
  readonly reason: string;
  readonly by: string;
  readonly until: string;
}

/** To be filled in: nobody has signed yet. @param nowMs since 1970 */
export const unsigned = (nowMs: number = Date.now()): Signed => ({
  reason: "<why>",
  by: "<who>",
  until: new Date(nowMs + proposedDays * dayMs).toISOString().slice(0, 10),
});

/** An entry of `lockstep:approvals`, in one line of YAML: the engine indents what it prints, and of several lines that would be part of the value. */
export function approvalEntry(wanted: Approvable, signed: Signed = unsigned()): string {
  const what = "digest" in wanted ? `digest: ${wanted.digest}` : `rule: ${wanted.rule}`;
  const text = (value: string): string => JSON.stringify(value);
  return `{ resource: ${wanted.resource}, ${what}, reason: ${text(signed.reason)}, by: ${text(signed.by)}, until: "${signed.until}" }`;
}

/** How approvals get into the stack file, for the end of a refusal: indented as it has to stand there. @param stack the stage's name */
export const approvedBy = (wanted: readonly Approvable[], stack: string): string =>
  `write into Pulumi.${stack}.yaml, below config:, why and who filled in (where that list is there already, add to it what stands in braces):\n  lockstep:approvals: [${wanted.map((each) => approvalEntry(each)).join(", ")}]`;
