import { backupNames, isProven, proofText } from "../../src/backup/journal.ts";
import { proofNow } from "../../src/backup/proof-now.ts";
import { backupFolder } from "../../src/backup/settings.ts";
import type { CommandPlace } from "../../src/diagnostic/place.ts";
import { command, inPlace, lines, sentence } from "../../src/diagnostic/sentence.ts";
import type { ProjectPlace } from "../place.ts";
import { stageEnvironment } from "../stack/engine/environment.ts";
import type { Request } from "./request.ts";
import { configOf } from "./site.ts";

/** An alarm: 1 where nobody can rely on the stage's backups, also where nothing is known of them. */
export async function check(
  { stage, target, json }: Request,
  { root }: ProjectPlace,
  said: CommandPlace,
): Promise<number> {
  const configured = configOf(stage.name, root)["lockstep:backup"];
  const whose = { root, stage: stage.name, target, configured };
  const proof = await proofNow(whose, () => stageEnvironment(target, stage, root));
  const [well, text] = [isProven(proof), proofText(proof)];
  const newest = backupNames(backupFolder(whose)).at(-1) ?? null;
  const told = lines([
    `${stage.name}: ${text}`,
    ...(newest === null ? [] : [`the newest backup is ${newest}`]),
    ...(well ? [] : [sentence`RED: nobody can rely on them. ${command("backup")}, then ${command("drill")}`]),
  ]);
  process.stdout.write(
    json
      ? `${JSON.stringify({ stage: stage.name, isProven: well, kind: proof.kind, text, newest })}\n`
      : `${inPlace(told, said)}\n`,
  );
  return well ? 0 : 1;
}
