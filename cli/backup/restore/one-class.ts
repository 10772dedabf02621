import { openDoor } from "../../../src/backup/classes/door.ts";
import { besideBackup, putBackObjects } from "../../../src/backup/classes/put-back.ts";
import { storedIn } from "../../../src/backup/classes/stored.ts";
import type { ClassSource } from "../../../src/backup/classes/take.ts";
import type { ClassEntry } from "../../../src/backup/store/manifest.ts";
import { openBackup } from "../../../src/backup/store/open.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { agree } from "../../db/agree.ts";
import type { ProjectPlace } from "../../place.ts";
import { chosenBackup } from "../chosen.ts";
import { broughtHere, depotFor } from "../depot.ts";
import { identityFrom } from "../keys/identity.ts";
import type { Request } from "../request.ts";
import { classesOf } from "../sources/classes.ts";
import { prepared, say } from "./prepared.ts";

/**
 * Puts what a backup has of a Durable Object class's objects back into those that have stored nothing. An object cannot be made beside the one that
 * serves: its id is of its namespace. What others have stored by now stays, unless it is to be replaced.
 */
export const restoreClass = (name: string, request: Request, place: ProjectPlace): Promise<number> =>
  prepared(request, place, async ({ site, systems }) => {
    const { stage, replace } = request;
    const depot = await depotFor(request, place.root);
    const read = chosenBackup(request, depot.folder, place);
    for (const line of read.told) say(line);
    await broughtHere(depot, read);
    const backup = await openBackup(read, identityFrom(request.identity, place.folder, stage.name));
    const entry = classNamed(name, backup.manifest.classes);
    const { sources } = await classesOf(site, stage, systems);
    const of = serving(entry, sources);
    const stored = new Set<string>();
    for await (const id of storedIn(site, of.namespaceId)) stored.add(id);
    say(`${entry.objects} objects of ${entry.key} are asked what they have stored, to compare them …`);
    const door = await openDoor(site, [of]);
    try {
      const { empty, changed, same, added, failing } = await besideBackup(door, of, {
        backup,
        entry,
        stored,
      });
      say(`Class ${entry.key}, backup ${read.head.name}, begun at ${read.head.startedAt}:`);
      say(`  ${count(empty.size)} without anything stored: put back`);
      say(
        `  ${count(changed.size)} with something else by now: ${replace ? "replaced by what the backup has; what they have stored since is LOST" : "left as they are (--replace takes what the backup has)"}`,
      );
      say(`  ${count(same)} as in the backup, ${count(added)} that came since: left as they are`);
      for (const each of failing) say(`  left as it is, since it cannot be compared: ${each}`);
      for (const each of entry.failures) say(`  not in the backup: ${each}`);
      const wanted = replace ? new Map([...empty, ...changed]) : empty;
      if (wanted.size === 0) {
        process.stdout.write(`${entry.key}: nothing to put back\n`);
        return failing.length === 0 ? 0 : 1;
      }
      await agree(stage, `Let ${count(wanted.size)} of class ${entry.key} import what the backup has in`, {
        text: () => request.yes,
      });
      const { put, left, differences } = await putBackObjects(door, of, { backup, entry, wanted });
      process.stdout.write(`${entry.key}: ${count(put)} put back, and compared\n`);
      if (left > 0) say(`${count(left)} changed once more meanwhile, and left as they are`);
      for (const each of differences) say(each);
      return differences.length + failing.length + left === 0 ? 0 : 1;
    } finally {
      await door.close();
    }
  });

const count = (objects: number): string => `${objects} ${objects === 1 ? "object" : "objects"}`;

/** `Room`, or `shop/rooms.Room` where several workers have one. */
function classNamed(name: string, all: readonly ClassEntry[]): ClassEntry {
  const found = all.filter(({ key, className }) => key === name || className === name);
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  throw new UserError({
    what:
      found.length === 0
        ? "The backup has no such Durable Object class; nothing was changed"
        : "Several workers of the backup have a class of this name; nothing was changed",
    where: "--class",
    got: name,
    expected: (found.length === 0 ? all : found).map(({ key }) => key).join(", ") || "a backup with classes",
    fix: found.length === 0 && all.length === 0 ? "name another backup: --from <backup>" : "name one of them",
  });
}

function serving(entry: ClassEntry, sources: readonly ClassSource[]): ClassSource {
  const found = sources.find(({ key }) => key === entry.key);
  if (found !== undefined && found.namespaceId === entry.namespaceId) return found;
  throw new UserError({
    what: "The objects of the backup cannot be put back: an object's id is of its namespace alone; nothing was changed",
    where: entry.key,
    got:
      found === undefined
        ? "no such class with a backup is declared and deployed"
        : `namespace ${found.namespaceId}: the class was deleted and made anew`,
    expected: `namespace ${entry.namespaceId}`,
    fix:
      found === undefined
        ? "declare the class with its backup again and bring the stage up; if its namespace was deleted, its objects come back only by code of your own that reads the backup"
        : "let code of your own read the backup's file with the age command, and import it into the new objects",
  });
}
