import { join } from "node:path";
import { databaseOf } from "../../src/migrations/job.ts";
import { applySeeds } from "../../src/migrations/protocol/seeds.ts";
import { readSeeds } from "../../src/migrations/seedFiles.ts";
import { readSnapshot } from "../../src/migrations/snapshot.ts";
import { type Command, done } from "./command.ts";
import { chosen, endpointOf, jobOf, siteOf, stageOption } from "./site.ts";

/** `seed`: test data for a stage that may have some. */
export const seed: Command = {
  name: "seed",
  usage: "seed [<stage>] [<database>]",
  summary: "run the seed files that are new to the stage; never production",
  options: stageOption,
  async run(given) {
    const { site, words } = siteOf(given);
    const results: { database: string; ran: readonly string[] }[] = [];
    for (const database of chosen(words[0])) {
      if ((await endpointOf(site, database)) === undefined) continue;
      const live = databaseOf(await jobOf(site, database, given.root));
      const folder = (database.declared.migrations ?? "").replace(/^migrations\//, "seeds/");
      const seeds = readSeeds(join(given.root, folder), (await readSnapshot(live)).schema);
      if (seeds.length === 0) continue;
      results.push({ database: database.key, ran: await applySeeds(live, site.stage.name, seeds) });
    }
    const lines = results.map(
      ({ database, ran }) => `${database}: ${ran.length === 0 ? "nothing new" : ran.join(", ")}`,
    );
    return done(results, lines.length === 0 ? "no seed files" : lines.join("\n"));
  },
};
