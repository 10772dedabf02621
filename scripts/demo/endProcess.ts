import { setTimeout as sleep } from "node:timers/promises";

const graceMs = 15_000;

/** Asks a process to end and waits until it has; after 15 s it is ended. */
export async function endProcess(pid: number): Promise<void> {
  if (!signal(pid, "SIGTERM")) return;
  for (const giveUpAtMs = Date.now() + graceMs; Date.now() < giveUpAtMs; await sleep(20))
    if (!signal(pid, 0)) return;
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
