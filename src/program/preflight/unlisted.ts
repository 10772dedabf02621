import type { System } from "../../declare/index.ts";
import { textStage } from "../../declare/physical-name.ts";
import type { Settings } from "../../settings/settings.ts";

/**
 * A sentence for each system that the project declares and the stack does not deploy, which is easily forgotten. Nothing
 * for what was left out on purpose: a system whose `stages` leave this one out, and one that was retired.
 *
 * @param declared every system of the project
 */
export function unlistedSystems(
  declared: readonly System[],
  { stage, systems, retired }: Pick<Settings, "stage" | "systems" | "retired">,
): readonly string[] {
  const listed = systems.map(({ name }) => name);
  return declared
    .filter(({ stages }) => stages === undefined || stages.includes(textStage(stage)))
    .filter(({ name }) => !listed.includes(name) && !retired.includes(name))
    .map(
      ({ name }) =>
        `System ${name} is declared and not in this stack. To deploy it, write in Pulumi.${stage.name}.yaml: lockstep:systems: [${[...listed, name].join(", ")}]`,
    );
}
