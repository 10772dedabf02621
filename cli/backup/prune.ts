import { removeThere } from "../../src/backup/bucket/mirror.ts";
import { collectThere } from "../../src/backup/bucket/objects.ts";
import { type Collected, collect } from "../../src/backup/objects/collect.ts";
import { keptIn, removeBackup } from "../../src/backup/retention.ts";
import { faultText, standingIn } from "../../src/backup/standing.ts";
import { unitOf } from "../../src/cloudflare/contents/plural.ts";
import { table } from "../../toolchain/table.ts";
import { agree } from "../db/agree.ts";
import type { ProjectPlace } from "../place.ts";
import { depotFor, placeText } from "./depot.ts";
import { signersIn } from "./keys/signing.ts";
import type { Request } from "./request.ts";
import { configOf, settingsOf, systemsOf } from "./site.ts";

/** Shows which backups stay and why, and lets the others go once somebody agreed. */
export async function prune(request: Request, { root, project }: ProjectPlace): Promise<number> {
  const { stage } = request;
  const config = configOf(stage.name, root);
  const { keep } = settingsOf(request, config, systemsOf(request, project, config));
  const depot = await depotFor(request, root);
  const { folder } = depot;
  const standing = standingIn(folder, signersIn(request, { root, project }));
  const kept = keptIn(folder, keep, standing);
  const going = kept.filter(({ because }) => because.length === 0);
  process.stdout.write(
    `${table(
      ["backup", "stays because of"],
      kept.map(({ name, because }) => [name, because.length === 0 ? "nothing: it goes" : because.join(", ")]),
    )}\n`,
  );
  const stays = kept.filter(({ because }) => because.length > 0).map(({ name }) => name);
  const unused = (dryRun: boolean): Promise<Pick<Collected, "removed" | "removedBytes">> =>
    depot.there !== undefined
      ? collectThere(depot, { stays, dryRun })
      : // Somebody may have made a backup while this was agreed to: what is there now counts, not what was.
        collect(folder, dryRun ? { stays, dryRun } : {});
  for (const fault of standing.faults) process.stdout.write(`stays where it is: ${faultText(fault)}\n`);
  // Nobody knows which objects one refers to that cannot be relied on: it may be mended.
  const unsure = standing.faults.length > 0;
  if (unsure)
    process.stdout.write(
      "no file of objects goes while there is such a one: nobody knows which of them it refers to\n",
    );
  const objects = unsure ? { removed: 0, removedBytes: 0 } : await unused(true);
  const nothing = going.length + objects.removed === 0;
  process.stdout.write(
    `${nothing ? "nothing" : `${going.length} ${unitOf(going.length, "backups")}, and ${objects.removed} ${unitOf(objects.removed, "files")} of objects (${objects.removedBytes} bytes) that the others do not refer to,`} to let go in ${placeText(depot, "")}\n`,
  );
  if (nothing || request.dryRun) return 0;
  await agree(stage, `Remove ${going.length} of the backups of`, { text: () => request.yes });
  for (const { name } of going) {
    await removeThere(depot, name);
    removeBackup(folder, name);
    process.stdout.write(`removed ${name}\n`);
  }
  if (unsure) return 0;
  const { removed, removedBytes } = await unused(false);
  process.stdout.write(`removed ${removed} ${unitOf(removed, "files")} of objects, ${removedBytes} bytes\n`);
  return 0;
}
