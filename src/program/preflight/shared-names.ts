import type { System } from "../../declare/index.ts";
import { physicalName, textStage } from "../../declare/physical-name.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { Settings } from "../../settings/settings.ts";

/**
 * Names that this stage and another one of the same account would both use: one of them would take, and delete, what is the other's. Only the
 * embedded target says which stages share an account; a real one refuses the second of a name itself.
 */
export const sharedNames = ({ stage, stages, target, systems }: Settings): readonly Diagnostic[] =>
  stages
    .filter(
      (other) =>
        target.kind === "embedded" &&
        other.name !== stage.name &&
        other.embeddedAccount === stage.embeddedAccount,
    )
    .flatMap((other) =>
      systems
        .filter((system) => system.stages === undefined || system.stages.includes(textStage(other)))
        .flatMap((system) => namesOf(system, stage, other)),
    );

type Named = Pick<Settings["stage"], "name" | "nameSuffix" | "like">;

const namesOf = (system: System, stage: Named, other: Named): readonly Diagnostic[] =>
  system.resources.flatMap((resource): Diagnostic[] => {
    const name = physicalName(resource, stage);
    const isShared = "shared" in resource && resource.shared === true;
    if ((isShared && stage.like === undefined) || name !== physicalName(resource, other)) return [];
    return [
      {
        what: `Stages ${stage.name} and ${other.name} share an account, and ${resource.name} would have one name in both`,
        where: `${system.name}/${resource.name} (${resource.kind}), physicalName`,
        got: `${name} in ${stage.name} and in ${other.name}`,
        expected: "a name of its own in each stage of an account",
        fix: `write the stage into the name: physicalName: "${resource.name}{-stage}"; one for all stages is declared shared: true (a bucket, an index or a gateway); a system of one stage says so: stages: ["${stage.name}"]`,
      },
    ];
  });
