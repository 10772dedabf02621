import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { type NamingStage, textStage } from "../physical-name.ts";
import type { System } from "../system.ts";
import { checkBackup } from "./backup.ts";
import { checkChoices, checkLimits } from "./limits.ts";
import { checkListed } from "./listed.ts";
import { checkNames, checkNamesAcross } from "./names.ts";
import { checkRelease } from "./release.ts";
import { checkStageNames } from "./stage-names.ts";
import { checkBuckets } from "./stores/buckets.ts";
import { checkNotifications } from "./stores/notifications.ts";
import { checkRecipes } from "./stores/recipes.ts";
import { checkAddresses } from "./workers/addresses.ts";
import { checkCycles } from "./workers/cycles.ts";
import { checkWorkers } from "./workers/workers.ts";
import { checkWorkflows } from "./workers/workflows.ts";

/** What the systems stand in. */
export interface Surroundings {
  /** Every stage of the project. */
  readonly stageNames: readonly string[];
  /** The project's folder: where the paths of declarations start. */
  readonly root: string;
}

/** Everything that is wrong with systems that are to be deployed to a stage, before any of it is. Empty when nothing is. */
export function check(
  systems: readonly System[],
  stage: NamingStage,
  { stageNames, root }: Surroundings,
): Diagnostic[] {
  return [
    ...systems.flatMap((system) => [
      ...wrongStage(system, stage),
      ...checkNames(system, stage),
      ...checkListed(system),
      ...checkCycles(system),
      ...checkStageNames(system, stageNames),
      ...checkLimits(system),
      ...checkChoices(system),
      ...checkNotifications(system, stageNames),
      ...checkBuckets(system),
      ...checkRelease(system, stage, stageNames),
      ...checkBackup(system),
      ...checkRecipes(system),
      ...checkWorkers(system, stage, root),
    ]),
    ...checkNamesAcross(systems, stage),
    ...checkWorkflows(systems, stage),
    ...checkAddresses(systems, stage),
  ];
}

function wrongStage(system: System, stage: NamingStage): Diagnostic[] {
  if (system.stages === undefined || system.stages.includes(textStage(stage))) return [];
  return [
    {
      what: `System ${system.name} does not exist in stage ${stage.name}`,
      where: `lockstep:systems of stack ${stage.name}`,
      got: system.name,
      expected: `${system.name} only in ${system.stages.join(", ")}`,
      fix: `take ${system.name} off the list, or add ${stage.name} to its stages in src/systems`,
    },
  ];
}
