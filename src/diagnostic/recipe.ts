import { callsOf } from "./place.ts";
import { type Diagnostic, placedDiagnostic, UserError } from "./user-error.ts";

/** Where a recipe is to work. Typed without a word about it, one of `db` works on dev, and each on the embedded target. */
export interface RecipePlace {
  /** The stage's name. */
  readonly stage: string;
  /** Whether that is on a real account. */
  readonly real: boolean;
}

/** Not `corpus`: only the embedded target records statements, whatever target they are then held against. */
const ofDatabases = "accept|baseline|contract|plan|query|rehearse|seed|shell|status";
const ofStages = String.raw`import|secret|drift|pulumi-up|pulumi-destroy|pulumi-preview|retire [\w-]+`;

/**
 * The recipes in a text as they are typed for this place: what a refusal on a real account says can be copied, and does not
 * work on the laptop's copy instead. A recipe that names its target is left as it is.
 */
export function typedFor(text: string, { stage, real }: RecipePlace): string {
  if (stage === "dev" && !real) return text;
  const recipe = new RegExp(
    String.raw`\bjust (?:(db) (?:${ofDatabases})|${ofStages})(?![\w-])( ${stage}(?![\w-]))?(?![^\n;\`]*--target)`,
    "g",
  );
  return text.replaceAll(recipe, (typed: string, db: string | undefined, named: string | undefined) => {
    if (named === undefined && db === undefined) return typed;
    return `${typed}${named === undefined ? ` ${stage}` : ""}${real ? " --target cloudflare" : ""}`;
  });
}

/** A diagnostic whose repair can be copied. */
export const diagnosticFor = (diagnostic: Diagnostic, place: RecipePlace): Diagnostic => ({
  ...diagnostic,
  fix: typedFor(placedDiagnostic(diagnostic, { ...place, ...callsOf(process.cwd()) }).fix, place),
});

/** A refusal whose repairs can be copied. */
export const errorFor = (error: UserError, place: RecipePlace): UserError =>
  new UserError(diagnosticFor(error.diagnostic, place), {
    cause: error,
    others: error.others.map((diagnostic) => diagnosticFor(diagnostic, place)),
  });
