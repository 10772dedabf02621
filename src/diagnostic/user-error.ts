import { type CommandPlace, unplaced } from "./place.ts";
import { inPlace, type Sentence } from "./sentence.ts";

/**
 * What a person needs to mend a mistake: the five parts every refusal has. `expected` and `fix` hold commands as data, because
 * how a command is typed depends on the project; the error's message has them as text.
 *
 * @example
 * const firstLine = ({ what, where }: Diagnostic): string => `${what} (${where})`;
 */
export interface Diagnostic {
  /** What was refused, in one sentence without a final stop. */
  readonly what: string;
  /** Where: a system/resource, a file:line, a setting. */
  readonly where: Sentence;
  /** What was found. */
  readonly got: string;
  /** What would have been accepted. */
  readonly expected: Sentence;
  /** What to do now: a command or an edit. */
  readonly fix: Sentence;
}

/** A diagnostic as it is read at one place: text alone. */
export interface PlacedDiagnostic extends Diagnostic {
  readonly where: string;
  readonly expected: string;
  readonly fix: string;
}

/**
 * A mistake the user can mend: shown as its message alone, without a stack.
 * Everything else that is thrown is a bug in Lockstep and keeps its stack.
 *
 * @example
 * try {
 *   defineProject({ systems: [], stages: [] });
 * } catch (error) {
 *   if (!(error instanceof UserError)) throw error;
 *   console.error(error.diagnostic.what); // A project needs a stage
 * }
 */
export class UserError extends Error {
  /** The first mistake. */
  readonly diagnostic: Diagnostic;
  /** Further mistakes that were found at the same time. */
  readonly others: readonly Diagnostic[];
  /** The message says commands as they are typed where no stage is known, until {@link placed} says where. */
  constructor(diagnostic: Diagnostic, options?: ErrorOptions & { readonly others?: readonly Diagnostic[] }) {
    const others = options?.others ?? [];
    const place = unplaced();
    super([diagnostic, ...others].map((each) => render(each, place)).join("\n\n"), options);
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

/** Characters of what was found that are shown: a person reads it once, and a statement may be 100,000 long. */
const shownOfGot = { first: 500, last: 200 } as const;

/** Beginning and end of what was found; what is left out between them is counted. */
function cut(got: string): string {
  const left = got.length - shownOfGot.first - shownOfGot.last;
  if (left <= 60) return got;
  return `${got.slice(0, shownOfGot.first)} … (${left} characters left out) … ${got.slice(-shownOfGot.last)}`;
}

/** A diagnostic as it is shown: its repair can be copied at this place, and what was found is cut to what a person reads. */
export const placedDiagnostic = (diagnostic: Diagnostic, place: CommandPlace): PlacedDiagnostic => ({
  ...diagnostic,
  got: cut(diagnostic.got),
  where: inPlace(diagnostic.where, place),
  expected: inPlace(diagnostic.expected, place),
  fix: inPlace(diagnostic.fix, place),
});

/** A refusal whose repairs can be copied at this place. */
export const placed = (error: UserError, place: CommandPlace): UserError =>
  new UserError(placedDiagnostic(error.diagnostic, place), {
    cause: error,
    others: error.others.map((diagnostic) => placedDiagnostic(diagnostic, place)),
  });

/** Somebody outside said no, such as an API: no bug of ours, and no mistake that this program saw. What it has to say has the parts of a refusal, too. */
export abstract class Refused extends Error {
  abstract readonly diagnostic: Diagnostic;
}

/** What an error is to a person: where nobody had more to say of an outside no, it is the refusal itself. */
export const asRefusal = (error: unknown): unknown =>
  error instanceof Refused ? new UserError(error.diagnostic, { cause: error }) : error;

/** Does the work; a refusal that comes out of it says its repairs for this place. */
export async function refusingAt<Value>(
  place: CommandPlace,
  work: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const said = asRefusal(error);
    throw said instanceof UserError ? placed(said, place) : said;
  }
}

/** The five parts of a diagnostic, a line each. */
export function render(diagnostic: Diagnostic, place: CommandPlace): string {
  const { what, where, got, expected, fix } = placedDiagnostic(diagnostic, place);
  return [
    what,
    `  where:    ${where}`,
    `  got:      ${got}`,
    `  expected: ${expected}`,
    `  fix:      ${fix}`,
  ].join("\n");
}
