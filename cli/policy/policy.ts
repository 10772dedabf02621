// `lockstep policy`: what the rules of the policy pack find in a stage, without an engine and without an account.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { exceptionsKey } from "../../policy/exceptions.ts";
import { packOf } from "../../policy/pack-options.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { projectFile } from "../../src/project/load.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { configValues } from "../../toolchain/stacks/stack-config.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { reportOf } from "./report.ts";
import { asSarif } from "./sarif.ts";
import { declaredStack, exportedStack, type SeenStack } from "./seen.ts";
import { asJson, asText } from "./text.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { folder, root, project } = await projectAt(place);
  const { stage, form, state } = requestOf(args, project);
  const pack = packOf({ project }, configValues(join(root, `Pulumi.${stage.name}.yaml`))[exceptionsKey]);
  const stack =
    state === undefined ? await declaredStack(project, stage, root) : stackIn(resolve(folder, state));
  const report = reportOf(stack, stage, state ?? "what is declared", pack);
  const shown = { text: asText, json: asJson, sarif: asSarif }[form];
  process.stdout.write(shown(report, pack, projectFile));
  return report.judgements.some(({ outcome }) => outcome === "mandatory") ? 1 : 0;
}

function stackIn(file: string): SeenStack {
  try {
    return exportedStack(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(
      {
        what: "The state cannot be read",
        where: file,
        got: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
        expected: "what `pulumi stack export` writes",
        fix: "pulumi stack export --stack <stage> --file <file>",
      },
      { cause: error },
    );
  }
}

interface Request {
  readonly stage: Stage;
  readonly form: "text" | "json" | "sarif";
  /** A file that `pulumi stack export` wrote; undefined for what is declared. */
  readonly state: string | undefined;
}

const line: CommandLine = {
  verb: "policy",
  usage: [named("policy", "[<stage>] [--json | --sarif] [--state <file>]")],
};
const takes = "at most one stage, one of --json and --sarif, and --state with a file";

export function requestOf(args: readonly string[], project: Project): Request {
  const { values, positionals } = parsedLine(
    line,
    args,
    {
      json: { type: "boolean", default: false },
      sarif: { type: "boolean", default: false },
      state: { type: "string" },
    },
    takes,
  );
  const [name, ...more] = positionals;
  if (more.length > 0 || (values.json && values.sarif))
    throw wrongLine(line, "The command line is wrong", args.join(" "), takes);
  const stage = name === undefined ? meantStage(project) : namedStage(line, project, name);
  return { stage, form: values.json ? "json" : values.sarif ? "sarif" : "text", state: values.state };
}
