import { keptIn, removeBackup } from "../../src/backup/retention.ts";
import { table } from "../../toolchain/table.ts";
import { agree } from "../db/agree.ts";
import type { ProjectPlace } from "../place.ts";
import type { Request } from "./request.ts";
import { configOf, folderOf, settingsOf } from "./site.ts";

/** Shows which backups stay and why, and lets the others go once somebody agreed. */
export async function prune(request: Request, { root }: ProjectPlace): Promise<number> {
  const { stage } = request;
  const { keep } = settingsOf(request, configOf(stage.name, root));
  const folder = folderOf(request, root);
  const kept = keptIn(folder, keep);
  const going = kept.filter(({ because }) => because.length === 0);
  process.stdout.write(
    `${table(
      ["backup", "stays because of"],
      kept.map(({ name, because }) => [name, because.length === 0 ? "nothing: it goes" : because.join(", ")]),
    )}\n`,
  );
  if (going.length === 0 || request.dryRun) {
    process.stdout.write(`${going.length === 0 ? "nothing" : going.length} to let go in ${folder}\n`);
    return 0;
  }
  await agree(stage, `Remove ${going.length} of the backups of`, { text: () => request.yes });
  for (const { name } of going) {
    removeBackup(folder, name);
    process.stdout.write(`removed ${name}\n`);
  }
  return 0;
}
