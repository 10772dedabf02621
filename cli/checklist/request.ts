import { named } from "../../src/diagnostic/sentence.ts";
import type { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { type Item, items, type Phase, phases } from "./items.ts";

export const usage = [
  named(
    "checklist",
    `[<stage>] [--phase <${phases.join(" | ")}>] [--json | --markdown] [--sign <item> --by <name>] [--target cloudflare]`,
  ),
];

/** What was asked for on the command line. */
export interface ChecklistRequest {
  readonly stage: Stage;
  readonly target: TargetName;
  /** @default - those of a rollout */
  readonly phases: readonly Phase[];
  readonly form: "text" | "json" | "markdown";
  readonly sign: { readonly item: Item; readonly by: string } | undefined;
}

const ofRollout: readonly Phase[] = ["before", "during", "after", "rollback"];

export function requestOf(args: readonly string[], project: Project): ChecklistRequest {
  const { values, positionals } = parsedLine(line, args, options, "a stage and options");
  const [name = meantStage(project).name, ...more] = positionals;
  const stage = namedStage(line, project, name);
  if (more.length > 0) throw wrong("Too many words", more.join(" "), "a stage and options");
  if (values.json && values.markdown)
    throw wrong("The command line is wrong", "--json --markdown", "one of the two");
  const phase = phases.find((each) => each === values.phase);
  if (values.phase !== undefined && phase === undefined)
    throw wrong("There is no such phase", values.phase, phases.join(", "));
  return {
    stage,
    target: targetNamed(values.target),
    phases: phase === undefined ? ofRollout : [phase],
    form: values.json ? "json" : values.markdown ? "markdown" : "text",
    sign: signOf(values.sign, values.by),
  };
}

function signOf(word: string | undefined, by: string | undefined): ChecklistRequest["sign"] {
  if (word === undefined && by === undefined) return undefined;
  const item = items.find(({ id, text }) => id === word || text === word);
  const persons = items.filter(({ check }) => check === undefined);
  if (item === undefined)
    throw wrong("There is no such item", word ?? "nothing", persons.map(({ id }) => id).join(", "));
  if (item.check !== undefined)
    throw wrong(
      `"${item.text}" is ticked by a check, and by nobody's word`,
      `--sign ${item.id}`,
      persons.map(({ id }) => id).join(", "),
    );
  const name = by?.trim() ?? "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (name === "" || name.length > 100 || /[\u0000-\u001f\u007f]/.test(name))
    throw wrong(
      "Who signs is not said",
      name === "" ? "nothing" : "a name that cannot be one",
      "--by <name>",
    );
  return { item, by: name };
}

const options = {
  phase: { type: "string" },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  sign: { type: "string" },
  by: { type: "string" },
  target: { type: "string" },
} as const;

const line = { verb: "checklist", usage } as const;
const wrong = (what: string, got: string, expected: string): UserError =>
  wrongLine(line, what, got, expected);
