import { parseArgs } from "node:util";
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import type { Thresholds } from "../../src/reindex/compare.ts";
import { withYes } from "../db/agree.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";

/** What was asked for on the command line of `reindex`. */
export interface Request extends Thresholds {
  readonly stage: Stage;
  /** `<name>` or `<system>/<name>` */
  readonly index: string;
  readonly target: TargetName;
  readonly yes: string | undefined;
  /** Texts a second, at most. */
  readonly rate: number;
  readonly samples: number;
  /** How many of the nearest a sample query asks for. */
  readonly top: number;
  /** Whether it only shows what it would do. */
  readonly dryRun: boolean;
  /** Whether it fills and compares, and switches nothing. */
  readonly fillOnly: boolean;
  /** Whether a filled or half filled index is left, and another one begun. */
  readonly again: boolean;
  readonly undo: boolean;
  /** Whether the index that serves only gets what was written since it was filled. */
  readonly catchUp: boolean;
  /** Whether a run that was begun elsewhere is left, and another index begun. */
  readonly takeOver: boolean;
  readonly json: boolean;
}

export const usage = named(
  "reindex",
  "<stage> <index> [--dry-run | --fill-only] [--again] [--take-over] [--rate <texts a second>] [--samples <n>] [--top <n>] [--least-answered <0–1>] [--least-found <0–1>] [--least-overlap <0–1>] [--most-missing <n>] [--json] [--yes [<stage>]] [--target cloudflare] | <stage> <index> --undo | <stage> <index> --catch-up",
);

const string = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = {
  target: string,
  yes: string,
  rate: string,
  samples: string,
  top: string,
  "least-answered": string,
  "least-found": string,
  "least-overlap": string,
  "most-missing": string,
  "dry-run": flag,
  "fill-only": flag,
  again: flag,
  undo: flag,
  "catch-up": flag,
  "take-over": flag,
  json: flag,
};

/** Refuses words that each want something else. */
export function refuseSeveral({ undo, again, dryRun, fillOnly, catchUp, takeOver }: Request): void {
  const ways = { undo, "dry-run": dryRun, "fill-only": fillOnly, "catch-up": catchUp };
  const given = Object.entries(ways).flatMap(([way, isGiven]) => (isGiven ? [`--${way}`] : []));
  const anew = [...(again ? ["--again"] : []), ...(takeOver ? ["--take-over"] : [])];
  if (given.length > 1 || (anew.length > 0 && (undo || catchUp)))
    throw wrong([...given, ...anew].join(" and "), "one of them");
}

/** Reads the words behind the verb. Throws UserError for what it does not know. */
export function requestOf(args: readonly string[], project: Pick<Project, "stages">): Request {
  const { values, positionals } = parsed(withYes(args, project.stages));
  const [name, index, ...more] = positionals;
  const stage = project.stages.find((each) => each.name === name);
  if (stage === undefined)
    throw wrong(
      name === undefined ? "no stage" : `no stage ${JSON.stringify(name)}`,
      project.stages.map((each) => each.name).join(", "),
    );
  if (index === undefined || index === "") throw wrong("no index", "the name of a Vectorize index");
  if (more.length > 0) throw wrong(more.join(" "), "a stage and an index");
  const { undo = false, again = false } = values;
  const { "dry-run": dryRun = false, "fill-only": fillOnly = false, "catch-up": catchUp = false } = values;
  const { "take-over": takeOver = false } = values;
  const number = (
    option: "rate" | "samples" | "top" | "most-missing",
    usual: number,
    least: number,
    most: number,
  ): number => {
    const text = values[option];
    if (text === undefined) return usual;
    if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw wrong(`--${option} ${JSON.stringify(text)}`, `a whole number from ${least} to ${most}`);
  };
  const share = (option: "least-answered" | "least-found" | "least-overlap", usual: number): number => {
    const text = values[option];
    if (text === undefined) return usual;
    if (/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) return Number(text);
    throw wrong(`--${option} ${JSON.stringify(text)}`, "a share from 0 to 1, such as 0.9");
  };
  return {
    ...{ stage, index, undo, again, dryRun, fillOnly, catchUp, takeOver },
    target: targetNamed(values.target),
    yes: values.yes,
    json: values.json ?? false,
    rate: number("rate", 500, 1, 100_000),
    samples: number("samples", 50, 1, 1_000),
    // Vectorize gives so many at most where it gives no values.
    top: number("top", 5, 1, 100),
    leastAnswered: share("least-answered", 1),
    leastFound: share("least-found", 0.9),
    leastOverlap: share("least-overlap", 0.8),
    mostMissing: number("most-missing", 0, 0, 999_999_999),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), "the words below");
  }
}

const wrong = (got: string, expected: string): UserError =>
  new UserError({
    what: "The command line is wrong; nothing was done",
    where: [named("reindex")],
    got,
    expected,
    fix: [usage],
  });
