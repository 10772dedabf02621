// Started by the `pulumi` launcher when a stack is locked: `stale-lock.ts <stage> <project folder>`.
import { rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { placesOf, pulumiProjectName } from "../project.ts";
import { holderOf, locksOn } from "./locks.ts";

/**
 * Removes the lock of a pulumi process that was killed, so that the next `up` finishes its job. Only in the embedded state, which
 * belongs to this machine, and only where the process that made the lock is gone; a shared backend's lock is for a person to judge.
 * @returns how many locks were removed
 */
export function removeStaleLocks(stage: { readonly name: string }, root: string): number {
  const backend = pathToFileURL(placesOf(root).state).href;
  const locks = locksOn(backend, pulumiProjectName(root), stage.name) ?? [];
  const stale = locks.filter((lock) => holderOf(lock) === "gone");
  for (const { path } of stale) rmSync(path, { force: true });
  return stale.length;
}

/** What is said where a lock was removed. */
export const toldRemoved = (stage: string): string =>
  `Removed the lock that a killed pulumi had left on ${stage}; this run goes on from there.`;

if (import.meta.main) {
  const [stage = "", root = ""] = process.argv.slice(2);
  if (removeStaleLocks({ name: stage }, root) > 0) process.stderr.write(`${toldRemoved(stage)}\n`);
}
