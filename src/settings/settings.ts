import { join, resolve } from "node:path";
import { z } from "zod";
import type { System } from "../declare/index.ts";
import { embeddedShell, pulumi, pulumiOfStack, sentence } from "../diagnostic/sentence.ts";
import { type Diagnostic, refuse, UserError } from "../diagnostic/user-error.ts";
import type { Opening } from "../migrations/plan/opening.ts";
import type { Project } from "../project/project.ts";
import type { Stage } from "../project/stage.ts";
import { type Approval, expiredApprovals } from "./approvals.ts";
import { missingSecrets, smokeWithoutAddress, unknownRollouts, wrongSystems } from "./check.ts";
import { type Forgotten, keys, type Rollout, textKeys } from "./keys.ts";
import { steeredBy } from "./steered.ts";
import { type Target, targetOf } from "./target.ts";

/** Everything a run depends on besides the files of the project. Nothing else reads configuration or environment. */
export interface Settings {
  readonly stage: Stage;
  /** Every stage of the project. */
  readonly stages: readonly Stage[];
  readonly target: Target;
  readonly systems: readonly System[];
  /** Systems that may be taken off the list, and `<system>/<name>` that may go from a system. */
  readonly retired: readonly string[];
  /** Changes that lose data and that somebody approved of. */
  readonly approvals: readonly Approval[];
  /** By `<system>/<worker>`. */
  readonly rollouts: Readonly<Record<string, Rollout>>;
  /** Which contract migrations are open, by `<system>/<database>`: written by `just db contract`. */
  readonly contracts: Readonly<Record<string, Opening>>;
  /** What is gone and was given up, by `<kind> <system>/<name>`: written by `just forget`. */
  readonly forgotten: Readonly<Record<string, Forgotten>>;
  /** Whether workers are asked after each deployment. Needs the command provider. */
  readonly smoke: boolean;
  /** In clear: to be wrapped before they go anywhere. */
  readonly secrets: Readonly<Record<string, string>>;
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
  const { stages, systems } = given.project;
  const stage = stages.find(({ name }) => name === given.stack);
  if (stage === undefined) throw unknownStage(given);
  const diagnostics: Diagnostic[] = unknownKeys(given, stage);
  const read = <Value>(
    key: keyof typeof keys,
    { schema }: { readonly schema: z.ZodType<Value> },
    missing: Value,
  ): Value => {
    const text = given.config[key];
    if (text === undefined) return missing;
    const parsed = schema.safeParse(json(text));
    if (parsed.success) return parsed.data;
    diagnostics.push(badValue(key, stage, z.prettifyError(parsed.error)));
    return missing;
  };
  const names = read("lockstep:systems", keys["lockstep:systems"], []);
  const settings = {
    retired: read("lockstep:retired", keys["lockstep:retired"], []),
    approvals: read("lockstep:approvals", keys["lockstep:approvals"], []),
    rollouts: read("lockstep:rollout", keys["lockstep:rollout"], {}),
    contracts: read("lockstep:contracts", keys["lockstep:contracts"], {}),
    forgotten: read("lockstep:forgotten", keys["lockstep:forgotten"], {}),
    smoke: read("lockstep:smoke", keys["lockstep:smoke"], false),
    secrets: read("lockstep:secrets", keys["lockstep:secrets"], {}),
    systems: names.flatMap((name) => systems.filter((system) => system.name === name)),
  };
  diagnostics.push(
    ...wrongSystems(
      given.config["lockstep:systems"] === undefined ? undefined : names,
      settings.retired,
      stage,
      systems,
    ),
  );
  diagnostics.push(...expiredApprovals(settings.approvals, stage, new Date().toISOString().slice(0, 10)));
  diagnostics.push(...unknownRollouts(Object.keys(settings.rollouts), settings.systems, stage));
  diagnostics.push(...missingSecrets(Object.keys(settings.secrets), settings.systems, stage));
  diagnostics.push(...withoutPolicyPack(given, stage));
  diagnostics.push(...steeredBy(given.env, stage, given.root));
  refuse(diagnostics);
  const target = targetOf(stage, given.config["cloudflare:accountId"], given.env, given.root);
  refuse(smokeWithoutAddress(settings.smoke, settings.systems, target, stage));
  return { stage, stages, target, ...settings };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const unknownStage = ({ stack, project: { stages } }: Given): UserError =>
  new UserError({
    what: "There is no such stage",
    where: "the name of the Pulumi stack",
    got: stack,
    expected: stages.map(({ name }) => name).join(", "),
    fix: sentence`select a stack: ${pulumi(`stack select ${stages[0]?.name}`)}; or declare the stage in project.ts`,
  });

function unknownKeys({ config }: Given, stage: Stage): Diagnostic[] {
  const known = [...Object.keys(keys), ...Object.keys(textKeys)];
  return Object.keys(config)
    .filter((key) => !known.includes(key) && !key.startsWith("pulumi:"))
    .map((key) => ({
      what: "A setting that nothing reads",
      where: `the configuration of stack ${stage.name}`,
      got: key,
      expected: known.join(", "),
      fix: sentence`${pulumiOfStack(`config rm ${key}`, stage.name)}, or correct its name`,
    }));
}

const badValue = (key: keyof typeof keys, stage: Stage, got: string): Diagnostic => ({
  what: "A setting with a value that cannot be used",
  where: `${key} of stack ${stage.name}`,
  got: got.replaceAll("\n", " "),
  expected: keys[key].expected,
  fix: sentence`${pulumiOfStack(`config set --path '${key}…' <value>`, stage.name)}, or without it: ${pulumiOfStack(`config rm ${key}`, stage.name)}`,
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
