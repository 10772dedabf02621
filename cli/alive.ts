import { isRunning } from "../src/process/is-running.ts";
import { startOf } from "../toolchain/install/lock.mjs";

/** A process as it notes itself in a file: by its number and the moment it began. */
export interface Noted {
  readonly pid: number;
  /** What `startOf` says of it. */
  readonly started: string;
}

/** Whether that very process still runs: its number alone can be somebody else's by now. */
export function isAlive({ pid, started }: Noted): boolean {
  return isRunning(pid) && started === startOf(pid);
}
