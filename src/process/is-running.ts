import { readFileSync } from "node:fs";

/** Whether a process of this machine has this number, whoever's it is, and has not ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** One that has ended keeps its number until its parent asks for its exit code: in a container whose first process asks for none, for ever. */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind its name, which may have brackets and spaces itself, stands its state.
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(")")));
  } catch {
    return false; // no Linux: the number alone is known
  }
}
