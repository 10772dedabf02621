import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "../../toolchain/install/lock.mjs";

const graceMs = 15_000;

/** Asks a process to end and waits until it has; after 15 s it is ended. */
export async function endProcess(pid: number): Promise<void> {
  // A process that has ended stays listed until its parent, which may be nobody we know, waits for it.
  const began = startOf(pid);
  if (!signal(pid, "SIGTERM")) return;
  for (const giveUpAtMs = Date.now() + graceMs; Date.now() < giveUpAtMs; await sleep(20))
    if (!signal(pid, 0) || startOf(pid) !== began) return;
  signal(pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
