import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareCopy } from "../../../src/backup/anonymise/copy.ts";
import { endpointOf } from "../../../src/backup/databases.ts";
import { command, lines, sentence } from "../../../src/diagnostic/sentence.ts";
import { UserError } from "../../../src/diagnostic/user-error.ts";
import { audit } from "../../../src/migrations/apply/decision.ts";
import { holding } from "../../../src/migrations/apply/reset.ts";
import { stageKey } from "../../../src/migrations/apply/stage-mark.ts";
import { rows } from "../../../src/migrations/database/database.ts";
import { importStatements } from "../../../src/migrations/database/import.ts";
import { readSnapshot } from "../../../src/migrations/database/snapshot.ts";
import { databaseOf } from "../../../src/migrations/plan/job.ts";
import { assertion, literal } from "../../../src/migrations/sql/literals.ts";
import type { Stage } from "../../../src/project/stage.ts";
import { actor } from "../../stack/actor.ts";
import { targetNamed } from "../../stack/request.ts";
import { agree, changeOptions } from "../agree.ts";
import { type Command, done, type Given } from "../command.ts";
import { onlyOne } from "../databases.ts";
import { refuseMore } from "../place.ts";
import { jobOf, siteOf, toBeRead } from "../site.ts";

/** `copy`: another stage's rows, changed by the declaration's rules, in the place of those that a stage has. */
export const copyRows: Command = {
  name: "copy",
  usage: "copy <from stage> <to stage> <database> [--key <word>] [--yes]",
  summary: "put another stage's rows, made anonymous by rules for each column, in the place of a stage's own",
  options: { ...changeOptions, key: { type: "string" } },
  async run(given) {
    const [from, to] = stagesOf(given);
    const words = given.words.filter((word) => word !== from.name && word !== to.name);
    refuseMore(words, 1);
    const database = onlyOne(given.project, words[0]);
    const target = targetNamed(given.text("target"));
    const [fromSite, toSite] = [
      await siteOf({ stage: from, target, words }, given),
      await siteOf({ stage: to, target, words }, given),
    ];
    const source = await jobOf(fromSite, database, given.root);
    const goal = await jobOf(toSite, database, given.root);
    const live = databaseOf(goal);
    const { sizeBytes, cost } = await toBeRead(fromSite, source, given.root);
    for (const line of cost) given.say(line);
    const copy = await prepareCopy({
      source: databaseOf(source),
      sizeBytes,
      rules: database.declared.copy ?? {},
      where: `${database.key}, copy`,
      // Whoever has it can try what an address comes to: nobody has it, unless it was asked for.
      key: given.text("key") ?? randomBytes(32).toString("hex"),
      stage: to.name,
    });
    try {
      const held = await holding(goal, (await readSnapshot(live)).schema);
      await agree(
        to,
        `Put ${copy.rows} rows of ${database.key} of ${from.name} in the place of the ${held.rows} in`,
        given,
      );
      const endpoint = endpointOf(goal, goal.databaseId);
      const differences = await copy.put(live, markGuard(to), {
        makeTriggers: (statements) =>
          importStatements(endpoint, statements, crypto.randomUUID(), async (ms) => void (await sleep(ms))),
        progress: (count) => given.say(`${database.key}: ${count} rows are in`),
      });
      if (differences.length > 0) throw notTheSame(database.key, differences);
      const decision = { reason: `copied from ${from.name}`, actor: actor() };
      await rows(live, [
        audit("copy", database.key, decision, `${copy.rows} rows in the place of ${held.rows}`),
      ]);
      return done(
        { from: from.name, to: to.name, rows: copy.rows, consistency: copy.consistency },
        lines([
          `${database.key}: ${copy.rows} rows of ${from.name} are in ${to.name}, each compared with what was to be put in`,
          ...(copy.consistency === "spread"
            ? [`${from.name} was written to meanwhile: its rows are not all of one moment`]
            : []),
          sentence`migrations that ${to.name} had and ${from.name} has not: ${command("up", { stage: to.name })}`,
        ]),
      );
    } finally {
      copy.remove();
    }
  },
};

/** Two stages, in the order in which they are named. */
function stagesOf({ words, project, text }: Given): readonly [Stage, Stage] {
  const named = words.flatMap((word) => project.stages.find(({ name }) => name === word) ?? []);
  const [from, to, ...others] = named;
  if (from === undefined || to === undefined || others.length > 0 || text("stage") !== undefined)
    throw new UserError({
      what: "A copy has two stages: whose rows, and where to",
      where: "db copy",
      got: named.map(({ name }) => name).join(" ") || "none",
      expected: `two of ${project.stages.map(({ name }) => name).join(", ")}`,
      fix: [command("db copy", { from: "<from>", to: "<to>", database: "<database>" })],
    });
  if (from === to || to.protected)
    throw new UserError({
      what:
        from === to
          ? "A stage is not copied into itself"
          : `${to.name} is protected: its rows are nobody's to replace`,
      where: "db copy, the second stage",
      got: to.name,
      expected: "another stage, that is not protected",
      fix: `name one of ${project.stages.flatMap((each) => (each.protected || each === from ? [] : [each.name])).join(", ")}`,
    });
  return [from, to];
}

/** In the request that drops: the database itself says whose it is. */
const markGuard = ({ name }: Stage): string =>
  assertion(
    `(SELECT v FROM "_mig_meta" WHERE k = ${literal(stageKey)}) = ${literal(name)}`,
    `the database is not marked as one of stage ${name}`,
  );

const notTheSame = (key: string, differences: readonly string[]): UserError =>
  new UserError({
    what: "The copy is not what was to be put in",
    where: key,
    got: differences.join("; "),
    expected: "the same rows",
    fix: "run it again; the stage's workers may have written to it meanwhile",
  });
