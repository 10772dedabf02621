import { command, named, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../../command-line.ts";
import { withYes } from "../../db/agree.ts";
import { type TargetName, targetNamed } from "../../stack/request.ts";

/** What was asked for on the command line. */
export interface Request {
  readonly from: Stage;
  readonly to: Stage;
  readonly target: TargetName;
  readonly yes: string | undefined;
  readonly json: boolean;
  /** Why it begins in a freeze. */
  readonly reason: string | undefined;
}

const usage = sentence`\`${named("promote", "<from> <to> [--yes [<to>]] [--json] [--reason <why it begins in a freeze>]")}\``;
const line: CommandLine = { verb: "promote", usage };

/** Reads `promote staging prod --yes prod`. */
export function requestOf(args: readonly string[], { stages }: Pick<Project, "stages">): Request {
  const { values, positionals } = wordsOf(args, stages);
  const [first = "", second = "", ...more] = positionals;
  const from = namedStage(line, { stages }, first);
  const to = namedStage(line, { stages }, second);
  if (more.length > 0) throw wrongLine(line, "Too many words", more.join(" "), "two stages");
  if (values.reason?.trim() === "") throw wrongLine(line, "The reason is empty", "--reason", "why it begins");
  if (to.promotesFrom !== from.name)
    throw new UserError({
      what: `${to.name} is not promoted from ${from.name}`,
      where: `stage ${to.name} in the stages of project.ts`,
      got:
        to.promotesFrom === undefined
          ? "no promotesFrom"
          : `promotesFrom: ${JSON.stringify(to.promotesFrom)}`,
      expected: `promotesFrom: ${JSON.stringify(from.name)}`,
      fix:
        to.promotesFrom === undefined
          ? sentence`write it there, and make the key that ${from.name} signs with: ${command("signing-key", { stage: from.name })}`
          : `promote from ${to.promotesFrom} to ${to.name}, or correct the stages`,
    });
  return {
    from,
    to,
    target: targetNamed(values.target),
    yes: values.yes,
    json: values.json,
    reason: values.reason,
  };
}

/** The words and options as they were typed. */
export const wordsOf = (args: readonly string[], stages: readonly Stage[]) =>
  parsedLine(
    line,
    withYes(args, stages),
    {
      target: { type: "string" },
      yes: { type: "string" },
      json: { type: "boolean", default: false },
      reason: { type: "string" },
    },
    usage,
  );
