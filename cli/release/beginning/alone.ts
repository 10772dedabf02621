import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { StageHeld } from "../../../src/release/driver/held.ts";
import { holderOf } from "../../../toolchain/stacks/locks.ts";
import { removeStaleLocks } from "../../../toolchain/stacks/stale-lock.ts";
import type { Run } from "../../stack/engine/pulumi.ts";
import { holding, refuseLocked, shown } from "../../stack/lock/lock.ts";

/** An `up` of a large system takes minutes. */
const patienceMs = 900_000;

/**
 * Waits until no other run changes a stage: what a driver that was killed had started may be running still, and move requests yet.
 * Throws StageHeld where nothing tells that the run will end.
 * @param isEmbedded whether the stage's state is the embedded one, of which a killed run's lock is nobody's to judge
 */
export async function untilAlone(stage: Stage, run: Run, isEmbedded: boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  let isTold = false;
  for (;;) {
    if (isEmbedded) removeStaleLocks(stage, run.root);
    const lock = holding(stage, run);
    if (lock === undefined) return;
    if (holderOf(lock) !== "running" || performance.now() > giveUpAt) throw heldNow(stage, run);
    if (!isTold) process.stderr.write(`Waits for ${shown(lock)}, which changes ${stage.name}\n`);
    isTold = true;
    await sleep(250);
  }
}

function heldNow(stage: Stage, run: Run): unknown {
  try {
    refuseLocked(stage, run);
  } catch (error) {
    return error instanceof UserError ? new StageHeld(error.diagnostic) : error;
  }
  return undefined;
}
