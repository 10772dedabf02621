import { join } from "node:path";
import { command, lines, sentence } from "../../src/diagnostic/sentence.ts";
import { refuse, UserError } from "../../src/diagnostic/user-error.ts";
import { migrate } from "../../src/migrations/apply/migrate.ts";
import { empty, holding } from "../../src/migrations/apply/reset.ts";
import { readSeeds, seedFolder } from "../../src/migrations/apply/seed-files.ts";
import { applySeeds, isSeeded } from "../../src/migrations/apply/seeds.ts";
import { otherStage, stageKey } from "../../src/migrations/apply/stage-mark.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, planNew } from "../../src/migrations/plan/job.ts";
import { replayed } from "../../src/migrations/plan/replayed.ts";
import { actor } from "../stack/actor.ts";
import { agree, changeOptions } from "./agree.ts";
import { type Command, done, type Given } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { type Place, placeOf } from "./place.ts";
import { jobOf, siteOf } from "./site.ts";

/** `reset`: an embedded database as a new one: empty, with every migration and the stage's test data. */
export const reset: Command = {
  name: "reset",
  usage: "reset <stage> <database> [--yes]",
  summary: "drop everything of an embedded database, and apply all files and seeds anew",
  options: changeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    refuseReal(given, place);
    const { stage } = place;
    const database = onlyOne(given.project, place.words[0]);
    const job = await jobOf(await siteOf(place, given), database, given.root);
    // What would stop it on the way is said while all is there still.
    refuse(planNew(job).refusals);
    const files = readFolder(job.directory);
    const folder = join(given.root, seedFolder(job.folder));
    const seeds = isSeeded(stage.name) ? readSeeds(folder, replayed(files) ?? []) : [];
    const live = databaseOf(job);
    const { schema, meta } = await readSnapshot(live);
    const marked = meta.get(stageKey) ?? stage.name;
    if (marked !== stage.name) throw new UserError(otherStage(job.label, marked, stage.name));
    const held = await holding(job, schema);
    const dropped = `${held.rows} ${held.rows === 1 ? "row" : "rows"} of ${held.tables} ${held.tables === 1 ? "table" : "tables"}`;
    await agree(stage, `Drop ${dropped} of ${job.label} in`, given);
    await empty(job, schema, held, { reason: "reset", actor: actor() });
    const agreed = new Map(files.map((file) => [file.name, file.checksum]));
    const applied = (await migrate(job, { phase: "expand", stage: stage.name, agreed })).map(
      ({ name }) => name,
    );
    const seeded = seeds.length === 0 ? [] : await applySeeds(live, stage.name, seeds);
    return done(
      { dropped: held, applied, seeded },
      lines([
        `${job.label}: dropped ${dropped}, applied ${applied.length} ${applied.length === 1 ? "file" : "files"}`,
        seeded.length === 0 ? "no seed files for it" : `seeds: ${seeded.join(", ")}`,
      ]),
    );
  },
};

/** What is on a real account, or protected, or was not named, is no playground. */
function refuseReal({ words, text, project }: Given, { stage, target, words: [name] }: Place): void {
  const isSaid =
    text("stage") !== undefined || words.some((word) => project.stages.some((one) => one.name === word));
  const dev = project.stages.find((one) => !one.protected)?.name;
  const again = command("db reset", { stage: dev, database: name ?? "<database>" });
  if (!isSaid)
    throw new UserError({
      what: "Which stage's database is to be dropped?",
      where: "db reset",
      got: "no stage",
      expected: "a stage that is not protected, named",
      fix: [again],
    });
  if (target === "cloudflare")
    throw new UserError({
      what: "A database of a real account is not reset; nothing was changed",
      where: `stage ${stage.name}, --target cloudflare`,
      got: "a real account",
      expected: "the embedded target",
      fix: sentence`on the embedded target: ${again}; a real database goes by ${command("retire", { system: name ?? "<system>/<database>", stage: stage.name })}`,
    });
  if (stage.protected)
    throw new UserError({
      what: `${stage.name} is protected, and its databases are not reset; nothing was changed`,
      where: `stage ${stage.name}`,
      got: stage.name,
      expected: "a stage that is not protected",
      fix: [again],
    });
}
