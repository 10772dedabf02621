import { join } from "node:path";
import type { Diagnostic } from "../diagnostic/user-error.ts";
import type { Stage } from "../project/stage.ts";
import { engineOptions, engineVariables } from "./engine-options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const prefix = "PULUMI_OPTION_";

/**
 * Variables that change how the engine runs, in a protected stage: whoever typed the command does not see them, and the preview does not show
 * them. The program says it, so that it holds for plain `pulumi up` as for a recipe.
 */
export function steeredBy(env: Environment, stage: Stage, root: string): readonly Diagnostic[] {
  if (!stage.protected) return [];
  const options = Object.entries(env).flatMap(([name, value = ""]) =>
    name.startsWith(prefix) && isSet(name, value) && !isAllowed(name, value, stage, root)
      ? [steering(name, value, stage, "sets an option of pulumi for every run")]
      : [],
  );
  const others = Object.entries(engineVariables).flatMap(([name, does]) =>
    isOn(env[name]) ? [steering(name, env[name] ?? "", stage, does)] : [],
  );
  return [...options, ...others];
}

const optionOf = (name: string): string => name.slice(prefix.length).toLowerCase().replaceAll("_", "-");

const isOn = (value: string | undefined): boolean =>
  value !== undefined && !["", "0", "false"].includes(value.toLowerCase());

/** An empty variable is none to the engine, and a flag that is off changes nothing. */
const isSet = (name: string, value: string): boolean =>
  engineOptions[optionOf(name)]?.value === "none" ? isOn(value) : value !== "";

function isAllowed(name: string, value: string, stage: Stage, root: string): boolean {
  const option = optionOf(name);
  // The launcher of the embedded target names the stage's own file.
  if (option === "config-file")
    return [
      join(root, ".lockstep", "config", `${stage.name}.yaml`),
      join(root, `Pulumi.${stage.name}.yaml`),
    ].includes(value);
  return engineOptions[option]?.inEnvironment === "free";
}

const steering = (name: string, value: string, stage: Stage, does: string): Diagnostic => ({
  what: `Stack ${stage.name} is protected, and does not run with ${name} in the environment`,
  where: `the environment variable ${name}: it ${does}`,
  got: value,
  expected: "nothing; an option that is meant is typed behind the command, where it is seen",
  fix: `unset ${name}`,
});
