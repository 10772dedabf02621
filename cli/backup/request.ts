import { named, type Sentence } from "../../src/diagnostic/sentence.ts";
import type { UserError } from "../../src/diagnostic/user-error.ts";
import type { Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { type CommandLine, parsedLine, wrongLine } from "../command-line.ts";
import { withYes } from "../db/agree.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";

export type BackupVerb = "backup" | "backup key" | "backup prune" | "backup check" | "restore" | "drill";

/** What was asked for on the command line of `backup`, `restore` or `drill`. */
export interface Request {
  readonly stage: Stage;
  readonly target: TargetName;
  /** The file of `backup key`. */
  readonly file: string | undefined;
  /** A folder for backups, instead of the stack file's. */
  readonly to: string | undefined;
  /** A backup's name, or its folder. @default - the newest */
  readonly from: string | undefined;
  readonly into: string | undefined;
  /** A time to go back to. */
  readonly at: string | undefined;
  readonly identity: string | undefined;
  readonly yes: string | undefined;
  readonly json: boolean;
  /** One table that is put back into what serves. */
  readonly table: string | undefined;
  /** One Durable Object class whose objects get back what they had stored. */
  readonly className: string | undefined;
  /** Whether rows of that table, or objects of that class, that are others by now take what the backup has. */
  readonly replace: boolean;
  /** Whether `restore` switches back. */
  readonly undo: boolean;
  /** Whether `backup prune` only shows what it would remove. */
  readonly dryRun: boolean;
  /** How many rows a second `backup` reads at most, instead of the stack file's. */
  readonly rowsPerSecond: number | undefined;
}

const string = { type: "string" } as const;
const boolean = { type: "boolean" } as const;
const options = {
  to: string,
  from: string,
  at: string,
  into: string,
  table: string,
  class: string,
  identity: string,
  target: string,
  yes: string,
  "rows-per-second": string,
};
type Option = keyof typeof options;

const of: Readonly<
  Record<BackupVerb, { readonly usage: string; readonly words: number; readonly options: readonly Option[] }>
> = {
  backup: {
    usage: "<stage> [--to <folder>] [--rows-per-second <n>] [--json] [--target cloudflare]",
    words: 1,
    options: ["to", "rows-per-second", "target"],
  },
  "backup prune": {
    usage: "<stage> [--dry-run] [--to <folder>] [--yes [<stage>]] [--target cloudflare]",
    words: 1,
    options: ["to", "yes", "target"],
  },
  "backup check": { usage: "<stage> [--json] [--target cloudflare]", words: 1, options: ["target"] },
  "backup key": { usage: "<stage> <file>", words: 2, options: [] },
  restore: {
    usage:
      "<stage> ([--into new | --table <table> [--replace] | --class <class> [--replace]] [--from <backup>] [--to <folder>] [--identity <file>] | --at <time> | --undo) [--yes [<stage>]] [--target cloudflare]",
    words: 1,
    options: ["from", "into", "table", "class", "at", "to", "identity", "yes", "target"],
  },
  drill: {
    usage: "<stage> [--from <backup>] [--to <folder>] [--identity <file>] [--json] [--target cloudflare]",
    words: 1,
    options: ["from", "to", "identity", "target"],
  },
};

export const usageOf = (verb: BackupVerb): Sentence => [named(verb, of[verb].usage)];

/** Reads the words behind the verb. Throws UserError for what the verb does not know. */
export function requestOf(verb: BackupVerb, args: readonly string[], project: Project): Request {
  const { words, options: allowed } = of[verb];
  const { values, positionals } = parsed(verb, withYes(args, project.stages), allowed);
  const [name, file, ...more] = positionals;
  const stage = project.stages.find((each) => each.name === name);
  if (stage === undefined)
    throw wrong(
      verb,
      name === undefined ? "no stage" : `no stage ${JSON.stringify(name)}`,
      project.stages.map((each) => each.name).join(", "),
    );
  if (positionals.length > words) throw wrong(verb, [file, ...more].join(" "), "fewer words");
  const text = (option: Option): string | undefined => {
    const value = values[option];
    if (value === "" && option !== "yes") throw wrong(verb, `--${option} without a value`, "a value");
    return typeof value === "string" ? value : undefined;
  };
  return {
    stage,
    target: targetNamed(text("target")),
    file,
    to: text("to"),
    from: text("from"),
    into: text("into"),
    at: text("at"),
    identity: text("identity"),
    yes: text("yes"),
    json: values["json"] === true,
    table: text("table"),
    className: text("class"),
    replace: values["replace"] === true,
    undo: values["undo"] === true,
    dryRun: values["dry-run"] === true,
    rowsPerSecond: rateOf(verb, text("rows-per-second")),
  };
}

function rateOf(verb: BackupVerb, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrong(verb, `--rows-per-second ${text}`, "a whole number of rows, from 1, such as 5000");
}

const parsed = (
  verb: BackupVerb,
  args: readonly string[],
  allowed: readonly Option[],
): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } =>
  parsedLine(
    lineOf(verb),
    args,
    {
      ...Object.fromEntries(allowed.map((name) => [name, options[name]])),
      json: boolean,
      ...(verb === "restore" && { undo: boolean, replace: boolean }),
      ...(verb === "backup prune" && { "dry-run": boolean }),
    },
    "the words and options below",
  );

const lineOf = (verb: BackupVerb): CommandLine => ({ verb, usage: usageOf(verb) });
const wrong = (verb: BackupVerb, got: string, expected: Sentence): UserError =>
  wrongLine(lineOf(verb), "The command line is wrong; nothing was done", got, expected);
