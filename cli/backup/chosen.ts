import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { faultText, standingIn } from "../../src/backup/standing.ts";
import { type ReadHead, readHead } from "../../src/backup/store/head.ts";
import { backupNames, newestHead } from "../../src/backup/store/heads.ts";
import { command, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import type { ProjectPlace } from "../place.ts";
import { signersIn, vouchedFor } from "./keys/signing.ts";
import type { Request } from "./request.ts";

/** A backup that may be relied on as far as its signature goes. */
export interface Chosen extends ReadHead {
  /** What somebody should know of it and of its neighbours: that nobody signed it, and which of them count for nothing. */
  readonly told: readonly string[];
}

/** The backup that a command is about: by its name, by its folder, or the newest. Throws UserError where it is none of this stage. */
export function chosenBackup({ stage, target, from }: Request, folder: string, place: ProjectPlace): Chosen {
  const found = from === undefined ? newestHead(folder) : readHead(placeOf(from, folder, place.folder));
  if (found === undefined)
    throw new UserError({
      what: `There is no backup of ${stage.name}`,
      where: folder,
      got:
        standingIn(folder, signersIn({ stage, target }, place)).faults.map(faultText).join("; ") || "nothing",
      expected: "a backup",
      fix: sentence`make one: ${command("backup")}; or name its folder: --from <folder>`,
    });
  const { head } = found;
  if (head.stage !== stage.name || head.target !== target)
    throw new UserError({
      what: "This is a backup of another stage or target; nothing was restored",
      where: found.folder,
      got: `${head.stage} on the target ${head.target}`,
      expected: `${stage.name} on the target ${target}`,
      fix: "name a backup of this stage, or the stage that it is of",
    });
  const by = signersIn({ stage, target }, place);
  const unsigned = vouchedFor(found, folder, { stage, target }, by);
  const { faults } = standingIn(folder, by);
  return {
    ...found,
    told: [...(unsigned === undefined ? [] : [unsigned]), ...faults.map(faultText)],
  };
}

function placeOf(from: string, folder: string, typedIn: string): string {
  if (existsSync(join(folder, from, "head.json"))) return join(folder, from);
  const path = resolve(typedIn, from);
  if (existsSync(path)) return path;
  throw new UserError({
    what: "There is no such backup",
    where: `${folder}; ${path}`,
    got: from,
    expected: backupNames(folder).slice(-5).join(", ") || "a folder that a backup wrote",
    fix: "name one of them",
  });
}
