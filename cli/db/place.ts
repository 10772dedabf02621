import type { RecipePlace } from "../../src/diagnostic/recipe.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { firstStage } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import type { Given } from "./command.ts";

/** What a command line says of where to work. Nothing was looked up yet. */
export interface Place {
  readonly stage: Stage;
  readonly target: TargetName;
  /** The command's other words. */
  readonly words: readonly string[];
}

/** The options that every command with a stage has. */
export const placeOptions = { stage: { type: "string" }, target: { type: "string" } } as const;

/**
 * The stage a command is for, and its other words: any word that is a stage's name, or `--stage`. On the embedded target it
 * is dev unless said otherwise; on a real account (`--target cloudflare`) it has to be said.
 */
export function placeOf(given: Given, mostWords: number): Place {
  const { stages } = given.project;
  const target = targetNamed(given.text("target"));
  const named = given.words.filter((word) => stages.some(({ name }) => name === word));
  const option = given.text("stage");
  const asked = [...named, ...(option === undefined ? [] : [option])];
  const stage = stages.find(({ name }) => name === (asked[0] ?? firstStage(given.project).name));
  if (stage === undefined || asked.length > 1 || (target === "cloudflare" && asked.length === 0))
    throw new UserError({
      what: "The command needs one stage",
      where: "a word of the command, or --stage",
      got: asked.join(" and ") || "none, on a real account",
      expected: stages.map(({ name }) => name).join(", "),
      fix: `name one of them, such as: just db status ${stages.at(-1)?.name}${target === "cloudflare" ? " --target cloudflare" : ""}`,
    });
  const words = given.words.filter((word) => !named.includes(word));
  refuseMore(words, mostWords);
  return { stage, target, words };
}

/** A word too many was meant for something: it is never left out silently. */
export function refuseMore(words: readonly string[], most: number): void {
  if (words.length <= most) return;
  throw new UserError({
    what: "There are more words than the command takes",
    where: "the command line",
    got: words.slice(most).join(" "),
    expected:
      most === 0 ? "a stage at most" : `${most === 1 ? "one word" : `${most} words`} besides the stage`,
    fix: "leave it out, or quote what belongs together: just db --help",
  });
}

/** A recipe as it is typed for the same target: the repair can be copied. */
export const recipe = ({ target }: Pick<Place, "target">, words: string): string =>
  `just ${words}${target === "cloudflare" ? " --target cloudflare" : ""}`;

/** The same, for texts of the program. */
export const recipePlace = ({ stage, target }: Pick<Place, "stage" | "target">): RecipePlace => ({
  stage: stage.name,
  real: target === "cloudflare",
});

/** What the command line says of it, for the mistakes of a command: also where it is one of them. */
export const placeSaid = ({ words, text, project }: Given): RecipePlace => ({
  stage:
    text("stage") ??
    words.find((word) => project.stages.some(({ name }) => name === word)) ??
    firstStage(project).name,
  real: text("target") === "cloudflare",
});
