// `lockstep cron <worker>`: runs a worker's cron trigger now, on the embedded Cloudflare.
import { z } from "zod";
import { backupSystem, backupWorker } from "../../src/declare/backup-worker.ts";
import { named } from "../../src/diagnostic/sentence.ts";
import type { UserError } from "../../src/diagnostic/user-error.ts";
import { meantStage, type Project } from "../../src/project/project.ts";
import type { Stage } from "../../src/project/stage.ts";
import { ensureEmbedded } from "../../toolchain/embedded/embedded.ts";
import { placesOf } from "../../toolchain/project.ts";
import { type CommandLine, namedStage, parsedLine, wrongLine } from "../command-line.ts";
import { type Place, projectAt } from "../place.ts";
import { accountOf, call } from "./api.ts";
import { chosenWorkers } from "./chosen.ts";

const usage = [named("cron", '<worker> ["<cron>"] [--stage <stage>]')];
const schedulesSchema = z.object({ schedules: z.array(z.object({ cron: z.string() })) });
const outcomeSchema = z.object({ outcome: z.string() });

/** Prints what the handler came to; 1 when that is not `ok`. Where a worker has several triggers, one is named. */
export async function run(args: readonly string[], place: Place): Promise<number> {
  const { root, project } = await projectAt(place);
  const { stage, wanted, cron: asked } = requestOf(args, project);
  const isBackup = wanted === `${backupSystem.name}/${backupWorker.name}`;
  const [worker] = chosenWorkers(isBackup ? [backupSystem] : project.systems, stage, wanted);
  if (worker === undefined) throw wrong("No system declares this worker", wanted, "a worker");
  const account = accountOf(await ensureEmbedded(placesOf(root)), stage);
  const { schedules } = schedulesSchema.parse(
    await call(account, "GET", `/workers/scripts/${worker.script}/schedules`),
  );
  const crons = schedules.map(({ cron }) => cron);
  const cron = asked ?? (crons.length === 1 ? crons[0] : undefined);
  if (cron === undefined || !crons.includes(cron))
    throw wrong(
      crons.length === 0
        ? `${worker.name} has no cron trigger in ${stage.name}`
        : `Which cron trigger of ${worker.name} is meant is not clear`,
      asked,
      crons.length === 0
        ? "a worker that is deployed with `crons`"
        : crons.map((each) => JSON.stringify(each)).join(", "),
    );
  const { outcome } = outcomeSchema.parse(
    await call(account, "POST", `/embedded/scripts/${worker.script}/scheduled`, { cron }),
  );
  process.stdout.write(`${worker.script} ran ${JSON.stringify(cron)}: ${outcome}\n`);
  return outcome === "ok" ? 0 : 1;
}

export function requestOf(
  args: readonly string[],
  project: Project,
): { readonly stage: Stage; readonly wanted: string; readonly cron: string | undefined } {
  const { values, positionals } = parsedLine(line, args, { stage: { type: "string" } }, "--stage alone");
  const [wanted, cron, ...more] = positionals;
  if (wanted === undefined || more.length > 0)
    throw wrong(
      "The command line is wrong",
      positionals.join(" ") || undefined,
      "a worker, and the trigger where it has several",
    );
  const { stage: name = meantStage(project).name } = values;
  const stage = namedStage(line, project, name);
  return { stage, wanted, cron };
}

const line: CommandLine = { verb: "cron", usage };
const wrong = (what: string, got: string | undefined, expected: string): UserError =>
  wrongLine(line, what, got ?? "none named", expected);
