import { named, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import type { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type Wish, wishes } from "../../src/release/journal/entry.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { withYes } from "../db/agree.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";

/** What was asked for on the command line. */
export interface Request {
  readonly stage: Stage;
  readonly target: TargetName;
  readonly yes: string | undefined;
  readonly json: boolean;
  /** What is wished of the release that runs. @default - a release is begun */
  readonly wish: Wish | undefined;
  /** Of `--skip-gate`, and the manual gate of `--approve`. */
  readonly gate: string | undefined;
  readonly reason: string | undefined;
  /** File with the requests of the warm-up, as it was typed. @default - those of the plans */
  readonly warmUp: string | undefined;
}

export const usage = sentence`\`${named("release", "<stage> [--warm-up <file>] [--yes [<stage>]] [--json]")}\` begins one; of one that runs: --resume, --pause, --promote, --abort, --skip-gate <name>, --approve <name>, each but --resume with --reason "why"`;

/** Reads `release prod --skip-gate latency-p95 --reason "the index was built anew"`. */
export function requestOf(args: readonly string[], { stages }: Project): Request {
  const { values, positionals } = wordsOf(args, stages);
  const [name = "", ...more] = positionals;
  const stage = namedStage(line, { stages }, name);
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage, then options");
  const wished = wishes.filter((wish) => values[wish] !== undefined && values[wish] !== false);
  const [wish] = wished;
  if (wished.length > 1) throw wrong("Two wishes at once", wished.join(", "), "one at a time");
  const { reason } = values;
  if (wish !== undefined && wish !== "resume" && (reason ?? "").trim() === "")
    throw wrong(
      `--${wish} needs a reason`,
      "none",
      '--reason "why", for the journal and for whoever reads it',
    );
  // A promotion begins a release in a freeze.
  if (values["warm-up"] !== undefined && wish !== undefined && wish !== "promote")
    throw wrong(
      "A release that runs keeps the warm-up that it began with",
      `--warm-up with --${wish}`,
      "--warm-up where a release begins",
    );
  return {
    stage,
    target: targetNamed(values.target),
    yes: values.yes,
    json: values.json ?? false,
    wish,
    gate: values["skip-gate"] ?? values.approve,
    reason,
    warmUp: values["warm-up"],
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
      json: { type: "boolean" },
      reason: { type: "string" },
      pause: { type: "boolean" },
      resume: { type: "boolean" },
      promote: { type: "boolean" },
      abort: { type: "boolean" },
      "skip-gate": { type: "string" },
      approve: { type: "string" },
      "warm-up": { type: "string" },
    },
    usage,
  );

const line: CommandLine = { verb: "release", usage };
const wrong = (what: string, got: string, expected: Sentence): UserError =>
  wrongLine(line, what, got === "" ? "nothing" : got, expected);
