import { command, lines, type Part, type Sentence, sentence } from "../../src/diagnostic/sentence.ts";
import { UserError } from "../../src/diagnostic/user-error.ts";
import { acceptDrift } from "../../src/migrations/apply/accept-drift.ts";
import { acceptFile } from "../../src/migrations/apply/accept-file.ts";
import { infer, baseline as take } from "../../src/migrations/apply/baseline.ts";
import type { Decision } from "../../src/migrations/apply/decision.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { databaseOf, planLive } from "../../src/migrations/plan/job.ts";
import { actor } from "../stack/actor.ts";
import { agree, changeOptions } from "./agree.ts";
import { type Command, done, type Given } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { placeOf } from "./place.ts";
import { jobOf, siteOf } from "./site.ts";

/** @param typed what was typed, with a reason: the repair can be copied */
function decision(given: Given, command: string, typed: Part): Decision {
  const reason = given.text("reason")?.trim() ?? "";
  if (reason === "")
    throw new UserError({
      what: "A decision needs its reason",
      where: `db ${command}`,
      got: given.text("reason") === undefined ? "no --reason" : "an empty --reason",
      expected: "a sentence that explains it to whoever finds it in a year",
      fix: [typed],
    });
  return { reason, actor: actor() };
}

/** `baseline`: take files as applied that a database with a past of its own already has. */
export const baseline: Command = {
  name: "baseline",
  usage: 'baseline [<stage>] <database> (--infer | --through <file> --reason "why" [--yes])',
  summary: "adopt a database that has a history of its own",
  options: {
    ...changeOptions,
    infer: { type: "boolean" },
    through: { type: "string" },
    reason: { type: "string" },
  },
  async run(given) {
    const place = placeOf(given, 1);
    const { stage } = place;
    const database = onlyOne(given.project, place.words[0]);
    const job = await jobOf(await siteOf(place, given), database, given.root);
    const of = { stage: stage.name, database: job.label };
    const through = given.text("through");
    if (through !== undefined) {
      const decided = decision(
        given,
        `baseline ${stage.name} ${job.label} --through ${through}`,
        command("db baseline", { ...of, through, reason: "why" }),
      );
      await agree(stage, `Take the files of ${job.label} through ${through} as applied in`, given);
      const names = await take(job, through, decided);
      return done(
        { taken: names },
        `${job.label}: ${names.length} files taken as applied, through ${through}`,
      );
    }
    const { schema, ledger, ledgerKind } = await readSnapshot(databaseOf(job));
    if (ledger.length > 0 && ledgerKind === "wrangler")
      return {
        value: { through: undefined, dataOnly: [], ledger },
        text: sentence`${job.label} needs no baseline: its ledger has ${ledger.length} applied ${ledger.length === 1 ? "file" : "files"}, the last is ${ledger.at(-1) ?? ""}; see: ${command("db status", of)}`,
        ok: false,
      };
    const found = infer(readFolder(job.directory), schema);
    if (found.through === undefined)
      return {
        value: found,
        text: sentence`${job.label}: no prefix of ${job.folder} makes the live schema; see where they differ: ${command("db diff", { left: `${stage.name}:${job.label}`, right: `files:${job.label}` })}`,
        ok: false,
      };
    const told: Sentence[] = [
      `${job.label}: the live schema is what the files through ${found.through} make`,
      ...found.dataOnly.map(
        (name) =>
          `  ${name} changes data only: whether it has run, you have to say (name it with --through if it has)`,
      ),
      "",
      [command("db baseline", { ...of, through: found.through, reason: "why" })],
    ];
    return done(found, lines(told));
  },
};

/** `accept`: take an edited file or a drifted schema as it is, with a reason. */
export const accept: Command = {
  name: "accept",
  usage: 'accept [<stage>] <database> (<file> | --drift) --reason "why" [--yes]',
  summary: "take an edited file, an order, or a drifted schema as it is",
  options: { ...changeOptions, drift: { type: "boolean" }, reason: { type: "string" } },
  async run(given) {
    const place = placeOf(given, given.flag("drift") ? 1 : 2);
    const [name, file] = place.words;
    const database = onlyOne(given.project, name);
    const of = { stage: place.stage.name, database: database.key };
    if (file === undefined && !given.flag("drift"))
      throw new UserError({
        what: "What is to be accepted?",
        where: "db accept",
        got: "no file and no --drift",
        expected: "the name of an edited file, or --drift for the live schema",
        fix: sentence`${command("db accept", { ...of, file: "<file>", reason: "why" })}; what there is to accept: ${command("db status", of)}`,
      });
    const decided = decision(
      given,
      `accept ${of.stage} ${of.database} ${file ?? "--drift"}`,
      command("db accept", { ...of, file, drift: file === undefined, reason: "why" }),
    );
    await agree(place.stage, `Take ${file ?? "the live schema"} of ${database.key} as it is in`, given);
    const job = await jobOf(await siteOf(place, given), database, given.root);
    if (file === undefined) {
      await acceptDrift(job, decided, await planLive(job));
      return done({ accepted: "drift" }, `${job.label}: the live schema is taken as it is`);
    }
    const uncompared = await acceptFile(job, file, decided);
    const told = `${job.label}: ${file} is taken as it is`;
    return done(
      { accepted: file },
      uncompared === undefined ? told : `${told}; its schema could not be compared: ${uncompared}`,
    );
  },
};
