/** What a person needs to mend a mistake: the five parts every refusal has. */
export interface Complaint {
  /** What was refused, in one sentence without a final stop. */
  readonly what: string;
  /** Where: a system/resource, a file:line, a setting. */
  readonly where: string;
  /** What was found. */
  readonly got: string;
  /** What would have been accepted. */
  readonly expected: string;
  /** What to do now: a command or an edit. */
  readonly fix: string;
}

/**
 * A mistake the user can mend: shown as its message alone, without a stack.
 * Everything else that is thrown is a bug in Lockstep and keeps its stack.
 */
export class UserError extends Error {
  readonly complaint: Complaint;
  constructor(complaint: Complaint, options?: ErrorOptions) {
    super(render(complaint), options);
    this.name = "UserError";
    this.complaint = complaint;
  }
}

const render = (c: Complaint): string =>
  [c.what, `  where:    ${c.where}`, `  got:      ${c.got}`, `  expected: ${c.expected}`, `  fix:      ${c.fix}`].join("\n");
