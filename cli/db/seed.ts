import { join } from "node:path";
import { textStage } from "../../src/declare/physical-name.ts";
import { lines as told } from "../../src/diagnostic/sentence.ts";
import { readSeeds, seedFolder } from "../../src/migrations/apply/seed-files.ts";
import { applySeeds, refuseUnseeded } from "../../src/migrations/apply/seeds.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import { agree, changeOptions } from "./agree.ts";
import { type Command, done } from "./command.ts";
import { chosen } from "./databases.ts";
import { placeOf } from "./place.ts";
import { existing, jobOf, missingLine, siteOf } from "./site.ts";

/** `seed`: test data for a stage that may have some. */
export const seed: Command = {
  name: "seed",
  usage: "seed [<stage>] [<database>] [--yes]",
  summary: "run the seed files that are new to the stage; never production",
  options: changeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    refuseUnseeded(place.stage.name);
    await agree(place.stage, "Write test data to", given);
    const selection = chosen(given.project, place.words[0], textStage(place.stage));
    const site = await siteOf(place, given);
    const results: { database: string; ran: readonly string[] }[] = [];
    const { there, missing } = await existing(site, selection);
    for (const database of there) {
      const live = databaseOf(await jobOf(site, database, given.root));
      const folder = seedFolder(database.declared.migrations ?? "");
      const seeds = readSeeds(join(given.root, folder), (await readSnapshot(live)).schema);
      if (seeds.length === 0) continue;
      results.push({ database: database.key, ran: await applySeeds(live, site.stage.name, seeds) });
    }
    const lines = results.map(
      ({ database, ran }) => `${database}: ${ran.length === 0 ? "nothing new" : ran.join(", ")}`,
    );
    const text = lines.length === 0 ? ["no seed files"] : lines;
    return done(results, told([...text, ...missingLine(site, missing)]));
  },
};
