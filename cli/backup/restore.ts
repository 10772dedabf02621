// `lockstep restore <stage>`: a backup into new databases beside the ones that serve.
import { databaseFor } from "../../src/backup/databases.ts";
import { restoreAndCompare } from "../../src/backup/prove.ts";
import { openBackup } from "../../src/backup/store/manifest.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import { refusingAt, UserError } from "../../src/diagnostic/user-error.ts";
import { table } from "../../toolchain/table.ts";
import { agree } from "../db/agree.ts";
import { type Place, projectAt } from "../place.ts";
import { chosenBackup } from "./chosen.ts";
import { identityFrom } from "./identity.ts";
import { type Request, requestOf, usageOf } from "./request.ts";
import { folderOf, siteOf } from "./site.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, folder: typedIn, project } = await projectAt(place);
  const request = requestOf("restore", args, project);
  const { stage, target } = request;
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    requireNew(request);
    const read = chosenBackup(request, folderOf(request, root), typedIn);
    const backup = await openBackup(read, identityFrom(request.identity, typedIn, stage.name));
    const { databases, notInBackup } = backup.manifest;
    const site = await siteOf(request, target, root);
    const nameOf = (physical: string): string => `${physical}-${read.head.name.toLowerCase()}`;
    say(
      `Backup ${read.head.name} of ${stage.name}, begun at ${read.head.startedAt}, account ${read.head.accountId}:\n`,
    );
    say(
      table(
        ["database", "rows", "into the new database"],
        databases.map(({ key, tables, physicalName }) => [
          key,
          tables.reduce((sum, { rows }) => sum + rows, 0),
          nameOf(physicalName),
        ]),
      ),
    );
    for (const line of notInBackup) say(line);
    say("\nWhat serves stays as it is: nothing is written to it.");
    await agree(stage, "Make these databases beside those of", { text: () => request.yes });
    let differing = 0;
    for (const entry of databases) {
      say(`${entry.key}: restoring and comparing …`);
      const made = await databaseFor(site, nameOf(entry.physicalName), entry.key);
      const { differences, rows, seconds } = await restoreAndCompare(backup, entry, made);
      differing += differences.length;
      process.stdout.write(
        `${entry.key}: ${made.name} (${made.id}), ${rows} rows in ${seconds.toFixed(1)} s, ${differences.length === 0 ? "the same as the backup, row by row" : "NOT the same:"}\n`,
      );
      for (const difference of differences) process.stdout.write(`  ${difference}\n`);
    }
    return differing === 0 ? 0 : 1;
  });
}

/** A restore never writes into what serves. */
function requireNew({ into }: Request): void {
  if (into === "new") return;
  throw new UserError({
    what: "Where the backup is restored to has to be said; nothing was done",
    where: [named("restore")],
    got: into === undefined ? "no --into" : `--into ${into}`,
    expected: "--into new: new databases beside those that serve, which stay as they are",
    fix: usageOf("restore"),
  });
}
