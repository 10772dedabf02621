import { parseArgs } from "node:util";
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Verb } from "../../src/diagnostic/verbs.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { verbNeeds } from "./verb-needs.ts";

export interface Request {
  readonly stage: Stage;
  /** As it was typed: `up`, `db query`. */
  readonly verb: string;
  readonly target: TargetName;
  readonly json: boolean;
}

/** Reads a command line such as `prod db query --target cloudflare`. */
export function requestOf(args: readonly string[], project: Project): Request {
  const { values, positionals } = parsed(args);
  const [name, ...words] = positionals;
  if (name === undefined || words.length === 0) throw wrong(args.join(" ") || "nothing");
  const stage = project.stages.find((each) => each.name === name);
  if (stage === undefined)
    throw new UserError({
      what: "There is no such stage",
      where: [named("token")],
      got: name,
      expected: project.stages.map((each) => each.name).join(", "),
      fix: "name one of them",
    });
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

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean", default: false }, target: { type: "string" } },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

const wrong = (got: string): UserError =>
  new UserError({
    what: "The command line is wrong",
    where: [named("token")],
    got,
    expected: "a stage and a verb, such as: prod up",
    fix: [named("token", "<stage> <verb> [--json] [--target cloudflare]")],
  });
