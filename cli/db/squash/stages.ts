import { command, sentence } from "../../../src/diagnostic/sentence.ts";
import { refuse, refusingAt, UserError } from "../../../src/diagnostic/user-error.ts";
import type { MigrationFile } from "../../../src/migrations/files/reading.ts";
import { planLive } from "../../../src/migrations/plan/job.ts";
import type { Plan } from "../../../src/migrations/plan/plan.ts";
import type { Stage } from "../../../src/project/stage.ts";
import type { TargetName } from "../../stack/request.ts";
import type { Given } from "../command.ts";
import type { DeclaredDatabase } from "../databases.ts";
import { commandPlace } from "../place.ts";
import { endpointOf, jobOf, siteOf } from "../site.ts";

/**
 * Refuses to squash what a stage has not applied yet: it would need the old files again. All stages of the target are asked.
 * @returns the stages that have a database
 */
export async function refuseUnapplied(
  given: Given,
  target: TargetName,
  database: DeclaredDatabase,
  going: readonly MigrationFile[],
): Promise<readonly string[]> {
  const asked: string[] = [];
  const { stages } = database.system;
  for (const stage of given.project.stages) {
    if (stages !== undefined && !stages.includes(stage.name)) continue;
    const place = { stage, target, words: [] };
    await refusingAt(commandPlace(place, given), async () => {
      const site = await siteOf(place, given);
      if ((await endpointOf(site, database)) === undefined) return;
      const plan = await planLive(await jobOf(site, database, given.root));
      refuse(plan.refusals);
      refuseOpen(stage, database, plan, going);
      asked.push(stage.name);
    });
  }
  return asked;
}

/** A new database takes the squashed file as it would have taken these. */
function refuseOpen(
  stage: Stage,
  { key }: DeclaredDatabase,
  plan: Plan,
  going: readonly MigrationFile[],
): void {
  if (plan.isNew) return;
  if (plan.squash !== undefined)
    throw new UserError({
      what: `${stage.name} has not taken over ${plan.squash.file.name} yet; nothing was squashed`,
      where: `${key} in stage ${stage.name}`,
      got: `${plan.squash.names.length} rows of files that it stands for`,
      expected: "one squash at a time: its row in the ledger of every stage",
      fix: sentence`take it over first: ${command("up", { stage: stage.name })}`,
    });
  const names = new Set(going.map(({ name }) => name));
  const open = [...plan.expand, ...plan.contract, ...plan.waiting].filter(({ file }) => names.has(file.name));
  const [first] = open;
  if (first === undefined) return;
  const hasContract = open.some(({ file }) => file.phase === "contract");
  const at = { stage: stage.name, database: key };
  throw new UserError({
    what: `${stage.name} has not applied all files that are to be squashed; nothing was squashed`,
    where: `${key} in stage ${stage.name}`,
    got: `pending there: ${open.map(({ file }) => file.name).join(", ")}`,
    expected: "every stage with all of them, or without the database",
    fix: sentence`apply them first: ${command("up", { stage: stage.name })}${hasContract ? sentence`, then ${command("db contract", at)} and again ${command("up", { stage: stage.name })}` : ""}; or squash through the file before ${first.file.name}`,
  });
}
