import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Stage } from "../../src/stages/index.ts";
import { placesOf, pulumiProjectName } from "../../toolchain/project.ts";

const lock = z.object({ pid: z.number(), hostname: z.string() });

/**
 * Removes the lock of a pulumi process that was killed, so that the next `up` finishes its job. Only in the embedded state, which
 * belongs to this machine, and only where the process that made the lock is gone; a shared backend's lock is for a person to judge.
 * @returns how many locks were removed
 */
export function removeStaleLocks(stage: Stage, root: string): number {
  const folder = join(
    placesOf(root).state,
    ".pulumi/locks/organization",
    pulumiProjectName(root),
    stage.name,
  );
  if (!existsSync(folder)) return 0;
  const stale = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(isStale);
  for (const path of stale) rmSync(path, { force: true });
  return stale.length;
}

function isStale(path: string): boolean {
  try {
    const owner = lock.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return owner.success && owner.data.hostname === hostname() && !isRunning(owner.data.pid);
  } catch {
    // Being written, or gone again: somebody is at work.
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
