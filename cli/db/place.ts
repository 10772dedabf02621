import { type CommandPlace, callsOf, placeOfTarget } from "../../src/diagnostic/place.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage } from "../../src/project/project.ts";
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
  const stage = stages.find(({ name }) => name === (asked[0] ?? meantStage(given.project).name));
  if (stage === undefined || asked.length > 1 || (target === "cloudflare" && asked.length === 0))
    throw new UserError({
      what: "The command needs one stage",
      where: "a word of the command, or --stage",
      got: asked.join(" and ") || "none, on a real account",
      expected: stages.map(({ name }) => name).join(", "),
      fix: sentence`name one of them, such as: ${command("db status", { stage: (stages[1] ?? stages[0])?.name })}`,
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
    fix: sentence`leave it out, or quote what belongs together: ${command("db --help")}`,
  });
}

/** Where what is told to be typed about a place has to work. */
export const commandPlace = (
  { stage, target }: Pick<Place, "stage" | "target">,
  { root }: Pick<Given, "root">,
): CommandPlace => placeOfTarget(stage.name, target, root);

/** What the command line says of it, for the mistakes of a command: also where it is one of them. */
export const placeSaid = ({ words, text, project, root }: Given): CommandPlace => ({
  ...callsOf(root),
  stage:
    text("stage") ??
    words.find((word) => project.stages.some(({ name }) => name === word)) ??
    meantStage(project).name,
  real: text("target") === "cloudflare",
});
