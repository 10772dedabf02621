import { configuredBackup } from "../../src/backup/declared.ts";
import { overdueOf, overdueText } from "../../src/backup/due.ts";
import { isProven, proofText } from "../../src/backup/journal.ts";
import { proofNow } from "../../src/backup/proof-now.ts";
import { faultText, standingOf } from "../../src/backup/standing.ts";
import type { CommandPlace } from "../../src/diagnostic/place.ts";
import { command, inPlace, lines, sentence } from "../../src/diagnostic/sentence.ts";
import type { ProjectPlace } from "../place.ts";
import { stageEnvironment } from "../stack/engine/environment.ts";
import { keysOf } from "../stack/stage-keys.ts";
import type { Request } from "./request.ts";
import { configOf, settingsOf, systemsOf } from "./site.ts";

/** An alarm: 1 where nobody can rely on the stage's backups, where one is overdue, and where nothing is known of them. */
export async function check(
  { stage, target, json }: Request,
  { root, project }: ProjectPlace,
  said: CommandPlace,
): Promise<number> {
  const config = configOf(stage.name, root);
  const systems = systemsOf({ stage }, project, config);
  // What is said of them wrongly, or by systems alone, would let an alarm be silent.
  if (config["lockstep:backup"] !== undefined || systems.some(({ backup }) => backup !== undefined))
    settingsOf({ stage }, config, systems);
  const configured = configuredBackup(config, project.systems, stage);
  const whose = { root, stage: stage.name, target, configured, keys: keysOf({ stage, target }, root) };
  const now = new Date();
  const proof = await proofNow(whose, () => stageEnvironment(target, stage, root), now);
  const { sound, faults } = standingOf(whose);
  const newest = sound.at(-1)?.head.name;
  // Of a place that does not answer nobody knows what is there.
  const missing = proof.kind === "unknown" ? undefined : overdueOf(whose, now);
  const [proven, text] = [isProven(proof), proofText(proof)];
  const well = proven && missing === undefined && faults.length === 0;
  const told = lines([
    `${stage.name}: ${text}`,
    ...(newest === undefined ? [] : [`the newest backup is ${newest}`]),
    ...(missing === undefined ? [] : [overdueText(missing)]),
    ...faults.map((each) => `RED: ${faultText(each)}`),
    ...(proven
      ? []
      : [sentence`RED: nobody can rely on them. ${command("backup")}, then ${command("drill")}`]),
    ...(proven && missing !== undefined ? [sentence`RED: a backup is missing. ${command("backup")}`] : []),
  ]);
  process.stdout.write(
    json
      ? `${JSON.stringify({ stage: stage.name, isProven: proven, kind: proof.kind, text, newest: newest ?? null, overdue: missing ?? null, faults })}\n`
      : `${inPlace(told, said)}\n`,
  );
  return well ? 0 : 1;
}
