// `lockstep drill <stage>`: restores a backup into the embedded Cloudflare, compares it row by row and writes that down.
import { drop, push } from "../../src/backup/bucket/mirror.ts";
import { drill } from "../../src/backup/drill/drill.ts";
import { markdown } from "../../src/backup/drill/markdown.ts";
import { placeOfTarget } from "../../src/diagnostic/place.ts";
import { refusingAt } from "../../src/diagnostic/user-error.ts";
import { type Place, projectAt } from "../place.ts";
import { chosenBackup } from "./chosen.ts";
import { classCode } from "./class-code.ts";
import { broughtHere, depotFor } from "./depot.ts";
import { identityFrom } from "./keys/identity.ts";
import { requestOf } from "./request.ts";
import { siteOf } from "./site.ts";

export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, folder: typedIn, project } = await projectAt(place);
  const request = requestOf("drill", args, project);
  const { stage, target, json } = request;
  return refusingAt(placeOfTarget(stage.name, target, root), async () => {
    const depot = await depotFor(request, root);
    const { folder } = depot;
    const read = chosenBackup(request, folder, { root, folder: typedIn, project });
    const identity = identityFrom(request.identity, typedIn, stage.name);
    const isThere = await broughtHere(depot, read);
    // Whatever the backup is of, it is restored here.
    const account = await siteOf(request, "embedded", root);
    const say = (text: string): void => {
      if (!json) process.stderr.write(`${text}\n`);
    };
    const entry = await drill(read, {
      folder,
      identity,
      account,
      say,
      codeOf: classCode(project, root),
      told: read.told,
    });
    if (isThere) await drop(depot, read.head.name);
    await push(depot, say);
    process.stdout.write(json ? `${JSON.stringify(entry)}\n` : markdown(entry));
    return entry.proven ? 0 : 1;
  });
}
