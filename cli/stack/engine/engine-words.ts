import { command, named, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Diagnostic } from "../../../src/diagnostic/user-error.ts";
import type { Verb } from "../../../src/diagnostic/verbs.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type EngineOption, engineOptions } from "../../../src/settings/engine-options.ts";
import type { Request } from "../request.ts";

/** A word that is handed on to pulumi, read as pulumi reads it. */
export interface EngineWord {
  /** As it was typed. */
  readonly typed: string;
  /** The option's long name; undefined for a word that belongs to none. */
  readonly option: string | undefined;
}

/** The words behind a recipe as pulumi would read them: short options may stand together, and a value may be part of the word or the next one. */
export function engineWords(words: readonly string[]): readonly EngineWord[] {
  const read: EngineWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const typed = words[at] ?? "";
    const found = typed.startsWith("--") && typed !== "--" ? long(typed) : short(typed);
    if (found.length === 0) read.push({ typed, option: undefined });
    for (const option of found) read.push({ typed, option });
    const last = found.at(-1);
    if (last !== undefined && engineOptions[last]?.value === "needs" && !hasValue(typed, found)) at++;
  }
  return read;
}

const long = (typed: string): readonly string[] => [typed.slice(2).split("=")[0] ?? ""];

/** `-fs prod`: every letter is an option, until one that takes the rest as its value. */
function short(typed: string): readonly string[] {
  if (!/^-[A-Za-z]/.test(typed)) return [];
  const found: string[] = [];
  for (const letter of typed.slice(1)) {
    const [name, option] = byLetter(letter);
    if (name === undefined) return found;
    found.push(name);
    if (option?.value !== "none") return found;
  }
  return found;
}

const byLetter = (letter: string): readonly [string | undefined, EngineOption | undefined] =>
  Object.entries(engineOptions).find(([, option]) => option.short === letter) ?? [undefined, undefined];

const hasValue = (typed: string, found: readonly string[]): boolean =>
  typed.startsWith("--") ? typed.includes("=") : typed.length > found.length + 1;

/** What of the words behind a recipe would change what it has decided. */
export function decidedAlready(
  { command: name, rest, savePlan }: Pick<Request, "command" | "rest" | "savePlan">,
  stage: Stage,
): readonly Diagnostic[] {
  const verb = name === "init" ? "stack-init" : name;
  const decidedIn = {
    all: true,
    asked: stage.asksBeforeChange,
    plans: savePlan !== undefined || name === "deploy" || (name === "up" && stage.asksBeforeChange),
  };
  const where = `the words behind: ${verb} ${stage.name}`;
  return engineWords(rest).flatMap(({ typed, option }): readonly Diagnostic[] => {
    if (option === undefined) return handsOnWords.has(name) ? [] : [strayWord(typed, verb, where)];
    const decides = engineOptions[option.startsWith("remote-") ? "remote" : option]?.decides;
    if (decides === undefined || !decidedIn[decides.in]) return [];
    return [
      {
        what: `${typed} decides ${decides.what}`,
        where,
        got: typed,
        expected: "options that change what is shown, or which of the stage's resources are meant",
        fix: fixOf(option, verb),
      },
    ];
  });
}

/** A secret's value, for one. */
const handsOnWords: ReadonlySet<Request["command"]> = new Set(["secret", "init"]);

function fixOf(option: string, verb: Verb): Sentence {
  if (option === "stack") return sentence`name the stage as the recipe's word: ${named(verb, "<stage>")}`;
  if (option === "preview-only") return sentence`${command("preview")} changes nothing`;
  return "leave it out; nothing was changed";
}

const strayWord = (typed: string, verb: Verb, where: string): Diagnostic => ({
  what: `${verb} does not know what ${typed} is`,
  where,
  got: typed,
  expected: "options of pulumi, each with its value",
  fix: "leave it out; nothing was changed",
});
