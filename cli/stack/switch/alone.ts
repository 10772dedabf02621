import { UserError } from "../../../src/diagnostic/user-error.ts";
import { actor } from "../actor.ts";
import { takeLock } from "../lock/driver-lock.ts";

/** Lets one process of this machine at a time, a restore or a re-indexing, put stores of a stage into the place of others. */
export async function alone(folder: string, stage: string, work: () => Promise<number>): Promise<number> {
  const lock = takeLock(folder, `process ${process.pid} of ${actor()}, since ${new Date().toISOString()}`);
  if ("heldBy" in lock)
    throw new UserError({
      what: `Another restore of ${stage} is under way, or a re-indexing; nothing was done by this one`,
      where: folder,
      got: lock.heldBy,
      expected: "one at a time",
      fix: "wait for it, or end that process: what it has made is gone on with",
    });
  try {
    return await work();
  } finally {
    lock.release();
  }
}
