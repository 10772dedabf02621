import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Verb } from "../../src/diagnostic/verbs.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { verbNeeds } from "./verb-needs.ts";

export interface Request {
  readonly stage: Stage;
  /** As it was typed: `up`, `db query`. */
  readonly verb: string;
  readonly target: TargetName;
  readonly json: boolean;
}

const line: CommandLine = {
  verb: "token",
  usage: [named("token", "<stage> <verb> [--json] [--target cloudflare]")],
};
const takes = "a stage and a verb, such as: prod up";

/** Reads a command line such as `prod db query --target cloudflare`. */
export function requestOf(args: readonly string[], project: Project): Request {
  const { values, positionals } = parsedLine(
    line,
    args,
    { json: { type: "boolean", default: false }, target: { type: "string" } },
    takes,
  );
  const [name, ...words] = positionals;
  if (name === undefined || words.length === 0)
    throw wrongLine(line, "The command line is wrong", args.join(" ") || "nothing", takes);
  const stage = namedStage(line, project, name);
  return { stage, verb: words.join(" "), target: targetNamed(values.target), json: values.json };
}

/** Verbs that ask an account for something, in order. */
const asking = Object.entries(verbNeeds)
  .filter(([, { kind }]) => kind !== "nothing")
  .map(([verb]) => verb);

/** The verb of a request. Throws UserError where there is none of that name. */
export function verbOf(typed: string): Verb {
  const found = Object.keys(verbNeeds).find((verb): verb is Verb => verb === typed && verb in verbNeeds);
  if (found !== undefined) return found;
  throw new UserError({
    what: "There is no such verb",
    where: [named("token")],
    got: typed,
    expected: asking.join(", "),
    fix: "name one of them, without its options",
  });
}
