/** What a person needs to mend a mistake: the five parts every refusal has. */
export interface Diagnostic {
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
  readonly diagnostic: Diagnostic;
  /** Further mistakes that were found at the same time. */
  readonly others: readonly Diagnostic[];
  constructor(diagnostic: Diagnostic, options?: ErrorOptions & { readonly others?: readonly Diagnostic[] }) {
    const others = options?.others ?? [];
    super([diagnostic, ...others].map(render).join("\n\n"), options);
    this.name = "UserError";
    this.diagnostic = diagnostic;
    this.others = others;
  }
}

/** Throws all diagnostics as one error, or does nothing when there are none. */
export function refuse(diagnostics: readonly Diagnostic[]): void {
  const [first, ...others] = diagnostics;
  if (first !== undefined) throw new UserError(first, { others });
}

/** The five parts of a diagnostic, a line each. */
export const render = (c: Diagnostic): string =>
  [
    c.what,
    `  where:    ${c.where}`,
    `  got:      ${c.got}`,
    `  expected: ${c.expected}`,
    `  fix:      ${c.fix}`,
  ].join("\n");
