import { join, resolve } from "node:path";
import { embeddedShell, pulumi, sentence } from "../diagnostic/sentence.ts";
import { type Diagnostic, refuse, UserError } from "../diagnostic/user-error.ts";
import type { Project } from "../project/project.ts";
import type { Stage } from "../project/stage.ts";
import { withSwitched } from "../project/switched.ts";
import { withPullRequests } from "../project/with-pull-requests.ts";
import { smokeWithoutAddress } from "./check.ts";
import { type Configured, configuredOf } from "./configured.ts";
import { steeredBy } from "./steered.ts";
import { type Target, targetOf } from "./target.ts";

/** Everything a run depends on besides the files of the project. Nothing else reads configuration or environment. */
export interface Settings extends Configured {
  readonly stage: Stage;
  /** Every stage of the project. */
  readonly stages: readonly Stage[];
  readonly target: Target;
}

/** What a run is given: the project, the stack's name, its configuration (decrypted, by full key), the environment, the project's root. */
export interface Given {
  readonly project: Project;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly root: string;
}

/** Reads and checks all settings, and complains about everything that is wrong with them at once. */
export function settingsOf(given: Given): Settings {
  // Its stack file is no part of a program: the stack's name says that it is a pull request's.
  const { stages: declared, systems } = withPullRequests(given.project, [given.stack]);
  const own = declared.find(({ name }) => name === given.stack);
  if (own === undefined) throw unknownStage(given);
  const { diagnostics, ...configured } = configuredOf(given.project, own, given.config);
  const stage = withSwitched(own, systems, configured.switched);
  const stages = declared.map((each) => (each === own ? stage : each));
  refuse([...diagnostics, ...withoutPolicyPack(given, stage), ...steeredBy(given.env, stage, given.root)]);
  const target = targetOf(stage, given.config["cloudflare:accountId"], given.env, given.root);
  refuse(smokeWithoutAddress(configured.smoke, configured.systems, target, stage));
  return { stage, stages, target, ...configured };
}

const unknownStage = ({ stack, project: { stages } }: Given): UserError =>
  new UserError({
    what: "There is no such stage",
    where: "the name of the Pulumi stack",
    got: stack,
    expected: stages.map(({ name }) => name).join(", "),
    fix: sentence`select a stack: ${pulumi(`stack select ${stages[0]?.name}`)}; or declare the stage in project.ts`,
  });

/** The library's own policy pack. */
export const policyPack = join(import.meta.dirname, "..", "..", "policy");

/** On a backend of one's own, plain `pulumi up` runs no policy pack unless this variable names it. */
function withoutPolicyPack({ env, root }: Given, stage: Stage): Diagnostic[] {
  const given = env["PULUMI_OPTION_POLICY_PACK"] ?? "";
  if (!stage.needsPolicyPack || commaSeparated(given).some((path) => resolve(root, path) === policyPack))
    return [];
  return [
    {
      what: `Stack ${stage.name} does not run without the policy pack`,
      where: "the environment variable PULUMI_OPTION_POLICY_PACK",
      got: given === "" ? "nothing" : given,
      expected: policyPack,
      fix: sentence`${embeddedShell}, or: export PULUMI_OPTION_POLICY_PACK=${policyPack}`,
    },
  ];
}

/** A list as Pulumi reads it from the environment: an element with a comma in it stands in quotes. */
const commaSeparated = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"]|"")*)"|[^,]+/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[0]);
