import { join } from "node:path";
import { type Progress, progressOf } from "../driver/progress.ts";
import { type Journal, journalOf, releasesIn } from "./journal.ts";

/** Where the journals of a stage's releases are. */
export const releasesFolder = (root: string, target: "embedded" | "cloudflare", stage: string): string =>
  join(root, ".lockstep", "releases", target, stage);

/** The release that was begun from this folder and has not ended. */
export function underWay(
  folder: string,
): { readonly journal: Journal; readonly progress: Progress } | undefined {
  const [newest] = releasesIn(folder);
  if (newest === undefined) return undefined;
  const journal = journalOf(folder, newest);
  const entries = journal.entries();
  // A journal without a whole line is of a release that never began.
  if (entries.length === 0) return undefined;
  const progress = progressOf(entries);
  return progress.end === undefined ? { journal, progress } : undefined;
}
