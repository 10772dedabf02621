// Started by the `pulumi` launcher when a stack is locked: `stale-lock.ts <stage> <project folder>`.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { placesOf, pulumiProjectName } from "../project.ts";

const lock = z.object({ pid: z.number(), hostname: z.string() });

/**
 * Removes the lock of a pulumi process that was killed, so that the next `up` finishes its job. Only in the embedded state, which
 * belongs to this machine, and only where the process that made the lock is gone; a shared backend's lock is for a person to judge.
 * @returns how many locks were removed
 */
export function removeStaleLocks(stage: { readonly name: string }, root: string): number {
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

/** What is said where a lock was removed. */
export const toldRemoved = (stage: string): string =>
  `Removed the lock that a killed pulumi had left on ${stage}; this run goes on from there.`;

function isStale(path: string): boolean {
  try {
    const owner = lock.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return owner.success && owner.data.hostname === hostname() && !isPulumi(owner.data.pid);
  } catch {
    // Being written, or gone again: somebody is at work.
    return false;
  }
}

/** Whether the process still runs and is a pulumi: after a crash its number can be anybody's, and a dead process nobody waited for still has one. */
function isPulumi(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    // No such folder on this system, or not for us to read: it may well be one.
    return true;
  }
}

if (import.meta.main) {
  const [stage = "", root = ""] = process.argv.slice(2);
  if (removeStaleLocks({ name: stage }, root) > 0) process.stderr.write(`${toldRemoved(stage)}\n`);
}
