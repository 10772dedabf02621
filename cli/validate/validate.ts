// `lockstep validate`: everything that is wrong with all systems and stages, without an engine and without an account.
import { named } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { projectFile } from "../../src/project/load.ts";
import type { Project } from "../../src/project/project.ts";
import { type CommandLine, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, type ProjectPlace, projectAt } from "../place.ts";
import type { Finding } from "./finding.ts";
import { findingsOf } from "./findings.ts";
import { notLoaded } from "./not-loaded.ts";
import { asAnnotations, asText, number } from "./text.ts";

type Form = "text" | "json" | "github";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { stage, form } = requestOf(args);
  const began = performance.now();
  const found = await projectOrFindings(place);
  const findings = "findings" in found ? found.findings : await validated(found, stage);
  const looked =
    "findings" in found ? projectFile : lookedAt(found.project, stage, performance.now() - began);
  process.stdout.write(shown[form](findings, looked));
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

const shown: Readonly<Record<Form, (findings: readonly Finding[], looked: string) => string>> = {
  text: asText,
  json: (findings) => `${JSON.stringify({ findings }, null, 2)}\n`,
  github: asAnnotations,
};

/** A project that cannot be loaded is a finding, too. */
async function projectOrFindings(
  place: Place,
): Promise<ProjectPlace | { readonly findings: readonly Finding[] }> {
  try {
    return await projectAt(place);
  } catch (error) {
    if (place.root === undefined) throw error;
    return { findings: notLoaded(error, place.root) };
  }
}

async function validated(
  { project, root }: ProjectPlace,
  stage: string | undefined,
): Promise<readonly Finding[]> {
  const stages = project.stages.filter(({ name }) => stage === undefined || name === stage);
  if (stages.length === 0)
    throw new UserError({
      what: "There is no such stage",
      where: [named("validate")],
      got: stage ?? "",
      expected: project.stages.map(({ name }) => name).join(", "),
      fix: "name one of them, or none: then all are looked at",
    });
  return findingsOf({ project, root, stages });
}

function lookedAt({ systems, stages }: Project, stage: string | undefined, tookMs: number): string {
  const where = stage === undefined ? number(stages.length, "stage") : stage;
  return `${number(systems.length, "system")}, ${where}, looked at in ${(tookMs / 1000).toFixed(1)} s`;
}

const line: CommandLine = { verb: "validate", usage: [named("validate", "[<stage>] [--json | --github]")] };
const takes = "at most one stage, and one of --json and --github";

export function requestOf(args: readonly string[]): {
  readonly stage: string | undefined;
  readonly form: Form;
} {
  const options = {
    json: { type: "boolean", default: false },
    github: { type: "boolean", default: false },
  } as const;
  const { values, positionals } = parsedLine(line, args, options, takes);
  const [stage, ...more] = positionals;
  const wrong = (got: string): UserError => wrongLine(line, "The command line is wrong", got, takes);
  if (more.length > 0) throw wrong(positionals.join(" "));
  const { json, github } = values;
  if (json && github) throw wrong("--json --github");
  return { stage, form: json ? "json" : github ? "github" : "text" };
}
