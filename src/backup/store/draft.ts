import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../diagnostic/user-error.ts";
import { ownFolder } from "../../files/own-folder.ts";
import { isRunning } from "../../process/is-running.ts";

/** Where a backup lies while it is written: a run that was killed leaves nothing that has the name of a backup. */
export const draftAt = (path: string): string => `${path}.${process.pid}.draft`;

/** Makes the folder of a stage's backups where it is not there, and clears away what is left of runs that were killed. Throws UserError where nothing can be written there. */
export function prepareFolder(folder: string): void {
  try {
    ownFolder(folder);
    clearDrafts(folder);
  } catch (error) {
    throw new UserError(
      {
        what: "Backups cannot be written there; nothing was read",
        where: folder,
        got: error instanceof Error ? error.message : String(error),
        expected: "a folder of this user's, or one that can be made",
        fix: "name another folder with --to, or under lockstep:backup in the stack file",
      },
      { cause: error },
    );
  }
}

/** What runs left that were killed. One that still runs keeps its own. */
function clearDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\d{8}T\d{6}Z\.(\d+)\.draft$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

export const sameSecond = (path: string): UserError =>
  new UserError({
    what: "No backup was written",
    where: path,
    got: "a backup of the same second, which stays as it is",
    expected: "one backup at a time",
    fix: "run it again",
  });
