import { z } from "zod";
import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { Run } from "../engine/pulumi.ts";
import { configOf } from "../stage-config.ts";

const rollouts = z.record(z.string(), z.looseObject({ percent: z.number() })).catch({});

/** Refuses a switch while two versions of a worker share its requests: the one that stays would go on with the store before. @param workers `<system>/<name>` */
export async function refuseRolledOut(stage: Stage, run: Run, workers: readonly string[]): Promise<void> {
  const shared = rollouts.parse((await configOf(stage, run))("lockstep:rollout") ?? {});
  const found = workers.filter((worker) => shared[worker] !== undefined);
  // After a release that went back, or a rollback, the newest version is the one that nobody wants.
  const wentBack = found.filter((worker) => shared[worker]?.percent === 0);
  if (found.length === 0) return;
  throw new UserError({
    what: `Two versions share the requests of ${found.join(", ")}, and one of them would go on with the store that served before; nothing was done`,
    where: `lockstep:rollout of stack ${stage.name}`,
    got: found.join(", "),
    expected: "one version of each worker that binds what is switched",
    fix:
      wentBack.length > 0
        ? sentence`the newest version of ${wentBack.join(", ")} answers nothing, as after a release that went back: take its code back first (git revert); then let it answer alone: ${command("release")}`
        : sentence`finish the rollout, or take it back: without its entry in lockstep:rollout the newest version answers alone after ${command("up")}`,
  });
}
