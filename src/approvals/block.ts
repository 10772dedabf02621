const dayMs = 24 * 60 * 60 * 1000;
/** How long an approval is proposed to count. */
const proposedDays = 7;

/** What an approval is given for: a change by its digest, or what a policy rule finds. */
export type Approvable = { readonly resource: string } & (
  | { readonly digest: string }
  | { readonly rule: string }
);

/** The block of a stack file that approves, to be pasted below `config:` with reason and name filled in. @param nowMs since 1970 */
export function approvalBlock(wanted: readonly Approvable[], nowMs: number = Date.now()): string {
  const until = new Date(nowMs + proposedDays * dayMs).toISOString().slice(0, 10);
  return [
    "  lockstep:approvals:",
    ...wanted.flatMap((each) => [
      `    - resource: ${each.resource}`,
      "digest" in each ? `      digest: ${each.digest}` : `      rule: ${each.rule}`,
      '      reason: "<why>"',
      '      by: "<who>"',
      `      until: "${until}"`,
    ]),
  ].join("\n");
}

/** How it gets into the stack file, for the end of a refusal. @param stack the stage's name */
export const approvedBy = (wanted: readonly Approvable[], stack: string): string =>
  `paste this below config: of the stack file of ${stack}, without its first line where that is there already, and fill in why and who:\n${approvalBlock(wanted)}`;
