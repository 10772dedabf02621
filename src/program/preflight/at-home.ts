import { pulumiOfStack, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { home, livesElsewhere } from "../../dynamic/target-provider.ts";
import type { StateResource } from "../../reality/state.ts";
import type { Settings } from "../../settings/settings.ts";

const targetType = "pulumi-nodejs:dynamic/lockstep:Target";
const guardType = "pulumi-nodejs:dynamic/lockstep:Guard";

/**
 * What refuses a run that is not of the stack as it is: of another account, or of a stage that has lost its protection. Before anything is asked
 * there; the target's own check would say the one later, and the engine the other once it had taken the protection off every store.
 */
export const notAtHome = (
  state: readonly StateResource[],
  { stage, target }: Pick<Settings, "stage" | "target">,
): readonly Diagnostic[] => {
  const was = home.safeParse(state.find(({ type }) => type === targetType)?.outputs);
  const guard = state.find(({ type }) => type === guardType);
  return [
    ...(was.success ? livesElsewhere(was.data, { target: target.kind, accountId: target.accountId }) : []),
    ...(guard === undefined || stage.protected
      ? []
      : [
          {
            what: `Stage ${stage.name} is not protected any more, and its stack is`,
            where: `project.ts, protected of stage ${stage.name}`,
            got: "not protected",
            expected: "protected: true, as the stack was made: all of its stores could be deleted without it",
            fix: sentence`write protected: true; where the stage is to lose its protection for good, a person takes the guard out of the state first: ${pulumiOfStack(`state delete '${guard.urn}' --force`, stage.name)}`,
          },
        ]),
  ];
};
