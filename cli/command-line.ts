import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { named, type Sentence } from "../src/diagnostic/sentence.ts";
import { UserError } from "../src/diagnostic/user-error.ts";
import type { Verb } from "../src/diagnostic/verbs.ts";
import type { Project } from "../src/project/project.ts";
import type { Stage } from "../src/project/stage.ts";

/** How a verb is typed: what is said to whoever types it otherwise. */
export interface CommandLine {
  readonly verb: Verb;
  readonly usage: Sentence;
}

/** What is wrong with a command line, with how it is typed. */
export const wrongLine = (
  { verb, usage }: CommandLine,
  what: string,
  got: string,
  expected: Sentence,
): UserError => new UserError({ what, where: [named(verb)], got, expected, fix: usage });

/** Words and options. Throws UserError for an option that the verb has not. @param expected what it takes, in a few words */
export function parsedLine<const Options extends ParseArgsOptionsConfig>(
  line: CommandLine,
  args: readonly string[],
  options: Options,
  expected: Sentence,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // Node goes on with how a word may begin with a dash: none of ours does.
    const [got = ""] = (error instanceof Error ? error.message : String(error)).split(". To specify");
    throw wrongLine(line, "The command line is wrong; nothing was done", got, expected);
  }
}

/** The stage of this name. Throws UserError where there is none. */
export function namedStage(line: CommandLine, { stages }: Pick<Project, "stages">, name: string): Stage {
  const stage = stages.find((each) => each.name === name);
  if (stage !== undefined) return stage;
  throw wrongLine(
    line,
    name === "" ? "The stage has to be named" : "There is no such stage",
    name === "" ? "nothing" : name,
    stages.map((each) => each.name).join(", "),
  );
}
