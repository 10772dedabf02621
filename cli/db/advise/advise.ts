import { bindersOf } from "../../../src/declare/graph.ts";
import { physicalName, textStage } from "../../../src/declare/physical-name.ts";
import { command, lines, type Sentence, sentence } from "../../../src/diagnostic/sentence.ts";
import { knownCode, writtenFor } from "../../../src/migrations/code/known-code.ts";
import { type Advice, advise as adviseOn } from "../../../src/migrations/cost/advice.ts";
import { askedBy } from "../../../src/migrations/cost/costly.ts";
import { adviceFile, adviceStatements } from "../../../src/migrations/cost/index-file.ts";
import { databaseOf, planLive } from "../../../src/migrations/plan/job.ts";
import { codeOf } from "../code.ts";
import type { Command, Given } from "../command.ts";
import { chosen, type DeclaredDatabase } from "../databases.ts";
import { writeNext } from "../new/next-file.ts";
import { placeOf, placeOptions } from "../place.ts";
import { existing, jobOf, missingLine, type Site, siteOf } from "../site.ts";
import { adviceText } from "./advice-text.ts";

/** `advise`: what the known statements cost on a stage's large tables, and the migration that makes it less. */
export const advise: Command = {
  name: "advise",
  usage: "advise [<stage>] [<database>] [--write]",
  summary: "what queries cost in rows read, and the indexes that would help; --write makes the migration",
  options: { ...placeOptions, write: { type: "boolean" } },
  async run(given) {
    const place = placeOf(given, 1);
    const site = await siteOf(place, given);
    const { there, missing } = await existing(
      site,
      chosen(given.project, place.words[0], textStage(place.stage)),
    );
    const each = await Promise.all(there.map((database) => adviceOn(given, site, database)));
    const told = each.map(({ database, advice, known }) => {
      const statements = adviceStatements(advice);
      const written =
        given.flag("write") && statements.length > 0
          ? writeNext(database, given.root, "add_advised_indexes", () => adviceFile(advice))
          : undefined;
      return {
        value: { database: database.key, statements: known, ...advice, migration: statements, written },
        text: lines([adviceText(database.key, known, advice), ...next(database, statements, written)]),
      };
    });
    return {
      value: told.map(({ value }) => value),
      text: lines([...told.map(({ text }) => text), ...missingLine(site, missing)]),
      ok: true,
    };
  },
};

async function adviceOn(
  given: Given,
  site: Site,
  database: DeclaredDatabase,
): Promise<{ readonly database: DeclaredDatabase; readonly advice: Advice; readonly known: number }> {
  const job = await jobOf(site, database, given.root);
  const workers = bindersOf(database.system, database.declared).map((worker) =>
    physicalName(worker, site.stage),
  );
  const [plan, { recorded, written }, code] = await Promise.all([
    planLive(job),
    knownCode(database.key, { root: given.root, workers, job }),
    codeOf(database.system, given.root),
  ]);
  const run = [...(recorded?.statements ?? []), ...written];
  const seen = new Set(run.map(({ sql }) => sql));
  const inCode = writtenFor(database.key, code).filter(({ sql }) => !seen.has(sql));
  const asked = askedBy([...run, ...inCode]);
  const planned = [...plan.expand, ...plan.contract, ...plan.waiting].at(-1)?.schemaAfter ?? plan.schema;
  const advice = await adviseOn(databaseOf(job), { today: plan.schema, planned }, asked);
  return { database, advice, known: asked.length };
}

function next(
  { key }: DeclaredDatabase,
  statements: readonly string[],
  written: string | undefined,
): readonly Sentence[] {
  if (written !== undefined)
    return [sentence`${written}\nLook at it, then: ${command("db lint", { database: key })}`];
  return statements.length === 0
    ? []
    : [sentence`as a migration: ${command("db advise", { database: key, write: true })}`];
}
