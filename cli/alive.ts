import { startOf } from "../toolchain/install/lock.mjs";

/** A process as it notes itself in a file: by its number and the moment it began. */
export interface Noted {
  readonly pid: number;
  /** What `startOf` says of it. */
  readonly started: string;
}

/** Whether that very process still runs: its number alone can be somebody else's by now. */
export function isAlive({ pid, started }: Noted): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Only "no such process" says that it is gone; somebody else's may not be signalled.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
  }
  return started === startOf(pid);
}
