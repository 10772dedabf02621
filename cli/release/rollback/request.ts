import { named, sentence } from "../../../src/diagnostic/sentence.ts";
import type { Project } from "../../../src/project/project.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../../command-line.ts";
import { withYes } from "../../db/agree.ts";
import { type TargetName, targetNamed } from "../../stack/request.ts";

/** What was asked for on the command line. */
export interface Request {
  readonly stage: Stage;
  /** Id of a version, or its start. @default - what was stable before the last release */
  readonly version: string | undefined;
  readonly target: TargetName;
  readonly yes: string | undefined;
  /** Databases may be put back where the version does not work with today's schema. */
  readonly toBookmark: boolean;
  /** Takes the last rollback back. */
  readonly undo: boolean;
}

export const usage = sentence`\`${named("rollback", "<stage> [<version>] [--to-bookmark] [--yes [<stage>]]")}\`, or, to take the last one back, \`${named("rollback", "<stage> --undo [--yes [<stage>]]")}\``;
const line: CommandLine = { verb: "rollback", usage };

const options = {
  target: { type: "string" },
  yes: { type: "string" },
  "to-bookmark": { type: "boolean" },
  undo: { type: "boolean" },
} as const;

/** The words and options as they were typed. */
export const wordsOf = (args: readonly string[], stages: Project["stages"]) =>
  parsedLine(line, withYes(args, stages), options, usage);

/** Reads `rollback prod 2f0d7f3e --to-bookmark --yes prod`. */
export function requestOf(args: readonly string[], { stages }: Pick<Project, "stages">): Request {
  const { values, positionals } = wordsOf(args, stages);
  const [name = "", version, ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrongLine(line, "Too many words", more.join(" "), "a stage, and a version");
  const { undo = false, "to-bookmark": toBookmark = false } = values;
  if (undo && (version !== undefined || toBookmark))
    throw wrongLine(
      line,
      "--undo goes alone",
      version ?? "--to-bookmark",
      "the stage: what is taken back, its last rollback knows",
    );
  return { stage, version, target: targetNamed(values.target), yes: values.yes, toBookmark, undo };
}
