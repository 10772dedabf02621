import { hostname, userInfo } from "node:os";
import {
  acceptDrift,
  acceptFile,
  type Decision,
  infer,
  baseline as take,
} from "../../src/migrations/decisions.ts";
import { databaseOf, planLive } from "../../src/migrations/job.ts";
import { readFolder } from "../../src/migrations/reading.ts";
import { readSnapshot } from "../../src/migrations/snapshot.ts";
import { UserError } from "../../src/userError.ts";
import { type Command, done, type Given } from "./command.ts";
import { jobOf, onlyOne, siteOf, stageOption } from "./site.ts";

/** @param command as it was typed, without the reason: the repair can be copied */
function decision(given: Given, command: string): Decision {
  const reason = given.text("reason")?.trim() ?? "";
  if (reason === "")
    throw new UserError({
      what: "A decision needs its reason",
      where: `db ${command}`,
      got: given.text("reason") === undefined ? "no --reason" : "an empty --reason",
      expected: "a sentence that explains it to whoever finds it in a year",
      fix: `just db ${command} --reason "why"`,
    });
  return { reason, actor: `${userInfo().username}@${hostname()}` };
}

/** `baseline`: take files as applied that a database with a past of its own already has. */
export const baseline: Command = {
  name: "baseline",
  usage: 'baseline [<stage>] <database> (--infer | --through <file> --reason "why")',
  summary: "adopt a database that has a history of its own",
  options: {
    ...stageOption,
    infer: { type: "boolean" },
    through: { type: "string" },
    reason: { type: "string" },
  },
  async run(given) {
    const { site, words } = siteOf(given);
    const job = await jobOf(site, onlyOne(words[0]), given.root);
    const through = given.text("through");
    if (through !== undefined) {
      const decided = decision(given, `baseline ${site.stage.name} ${job.label} --through ${through}`);
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
        text: `${job.label} needs no baseline: its ledger has ${ledger.length} applied ${ledger.length === 1 ? "file" : "files"}, the last is ${ledger.at(-1)}; see: just db status ${site.stage.name} ${job.label}`,
        ok: false,
      };
    const found = infer(readFolder(job.directory), schema);
    if (found.through === undefined)
      return {
        value: found,
        text: `${job.label}: no prefix of ${job.folder} makes the live schema; see where they differ: just db diff ${site.stage.name}:${job.label} files:${job.label}`,
        ok: false,
      };
    const lines = [
      `${job.label}: the live schema is what the files through ${found.through} make`,
      ...found.dataOnly.map(
        (name) =>
          `  ${name} changes data only: whether it has run, you have to say (name it with --through if it has)`,
      ),
      "",
      `just db baseline ${site.stage.name} ${job.label} --through ${found.through} --reason "why"`,
    ];
    return done(found, lines.join("\n"));
  },
};

/** `accept`: take an edited file or a drifted schema as it is, with a reason. */
export const accept: Command = {
  name: "accept",
  usage: 'accept [<stage>] <database> (<file> | --drift) --reason "why"',
  summary: "take an edited file, an order, or a drifted schema as it is",
  options: { ...stageOption, drift: { type: "boolean" }, reason: { type: "string" } },
  async run(given) {
    const { site, words } = siteOf(given);
    const [name, file] = words;
    const job = await jobOf(site, onlyOne(name), given.root);
    if (given.flag("drift")) {
      const decided = decision(given, `accept ${site.stage.name} ${job.label} --drift`);
      await acceptDrift(job, decided, await planLive(job));
      return done({ accepted: "drift" }, `${job.label}: the live schema is taken as it is`);
    }
    if (file === undefined)
      throw new UserError({
        what: "What is to be accepted?",
        where: "db accept",
        got: "no file and no --drift",
        expected: "the name of an edited file, or --drift for the live schema",
        fix: `just db accept ${site.stage.name} ${job.label} <file> --reason "why"; what there is to accept: just db status ${site.stage.name} ${job.label}`,
      });
    await acceptFile(job, file, decision(given, `accept ${site.stage.name} ${job.label} ${file}`));
    return done({ accepted: file }, `${job.label}: ${file} is taken as it is`);
  },
};
