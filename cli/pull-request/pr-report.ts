// `lockstep pr-report`: what a change would do to every stage, as one comment for a pull request.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { type TargetName, targetNamed } from "../stack/request.ts";
import { collect } from "./collect.ts";
import { report } from "./report.ts";
import { readReport } from "./saved.ts";

/** Prints the report. A change that is refused is no failure of this verb: whoever asked for a report has it. */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const { target, from, save } = requestOf(args);
  if (from !== undefined) {
    const saved = resolve(place.folder, from);
    if (statSync(saved, { throwIfNoEntry: false })?.isFile() !== true)
      throw noFile("There is no such report", saved, "a file that --save wrote");
    process.stdout.write(report(readReport(readFileSync(saved, "utf8"), from)));
    return 0;
  }
  const { folder, root, project } = await projectAt(place);
  const file = save === undefined ? undefined : resolve(folder, save);
  // Before every stage was asked: that takes minutes.
  if (file !== undefined && statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw noFile("A report cannot be saved there", file, "a file in a folder that is there");
  const input = await collect({ project, root, target, say: (line) => process.stderr.write(`${line}\n`) });
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(input)}\n`);
  process.stdout.write(report(input));
  return 0;
}

const noFile = (what: string, got: string, expected: string): UserError =>
  new UserError({ what, where: [named("pr-report")], got, expected, fix: "name another file" });

interface Request {
  readonly target: TargetName;
  /** A file that `--save` wrote: nobody is asked. */
  readonly from: string | undefined;
  readonly save: string | undefined;
}

export function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parsedLine(line, args, options, expected);
  const { target, from, save } = values;
  if (positionals.length > 0) throw wrong(positionals.join(" "));
  if (from !== undefined && (save !== undefined || target !== undefined))
    throw wrong("--from, and what is asked anew");
  if (from === "" || save === "") throw wrong("no file");
  return { target: targetNamed(target), from, save };
}

const options = { target: { type: "string" }, from: { type: "string" }, save: { type: "string" } } as const;
const line = {
  verb: "pr-report",
  usage: [named("pr-report", "[--target cloudflare] [--save <file> | --from <file>]")],
} as const;
const expected = "--save with a file to keep what was found in, or --from with such a file, or neither";
const wrong = (got: string): UserError => wrongLine(line, "The command line is wrong", got, expected);
