import { databaseText } from "../../src/backup/d1/as-text.ts";
import { refuse } from "../../src/diagnostic/user-error.ts";
import { rehearse as run } from "../../src/migrations/apply/rehearse.ts";
import { databaseOf, planLive } from "../../src/migrations/plan/job.ts";
import { table } from "../../toolchain/table.ts";
import type { Command } from "./command.ts";
import { onlyOne } from "./databases.ts";
import { placeOf, placeOptions } from "./place.ts";
import { jobOf, siteOf, toBeRead } from "./site.ts";

/** `rehearse`: the pending files on a copy of the live database. */
export const rehearse: Command = {
  name: "rehearse",
  usage: "rehearse [<stage>] <database>",
  summary: "run what is pending on a copy of the live database and compare",
  options: placeOptions,
  async run(given) {
    const place = placeOf(given, 1);
    const database = onlyOne(given.project, place.words[0]);
    const site = await siteOf(place, given);
    const job = await jobOf(site, database, given.root);
    const plan = await planLive(job);
    refuse(plan.refusals);
    const { sizeBytes, cost } = await toBeRead(site, job, given.root);
    for (const line of cost) given.say(line);
    given.say("reading the live database in pages, beside whoever writes to it …");
    const copy = await databaseText(databaseOf(job), sizeBytes, plan.schema);
    given.say(
      `${copy.rows} rows${copy.consistency === "spread" ? ", not all of one moment: it was written to all the time" : ""}`,
    );
    const rehearsal = run(
      copy.sql,
      [...plan.expand, ...plan.contract, ...plan.waiting].map(({ file }) => file),
    );
    const { failure, tables, indexesLost, indexesMade, foreignKeyViolationsAfter: violations } = rehearsal;
    const mismatches = rehearsal.foreignKeyMismatches;
    const count = (rows: number | undefined): string | number => rows ?? "–";
    const lines = [
      rehearsal.files.length === 0 && failure === undefined
        ? "nothing is pending"
        : rehearsal.files.map(({ name, durationMs }) => `${name}  ${durationMs} ms`).join("\n"),
      ...(failure === undefined
        ? []
        : [`${failure.name}:${failure.line} failed on the copy: ${failure.message}`]),
      table(
        ["table", "rows before", "rows after"],
        tables.map(({ table: name, rowsBefore, rowsAfter }) => [name, count(rowsBefore), count(rowsAfter)]),
      ),
      ...(indexesLost.length > 0 ? [`indexes lost: ${indexesLost.join(", ")}`] : []),
      ...(indexesMade.length > 0 ? [`indexes made: ${indexesMade.join(", ")}`] : []),
      `foreign key violations: ${rehearsal.foreignKeyViolationsBefore} before, ${violations} after`,
      ...(mismatches.length > 0 ? [`foreign keys that cannot be checked: ${mismatches.join("; ")}`] : []),
    ];
    return {
      value: rehearsal,
      text: lines.filter((line) => line !== "").join("\n\n"),
      ok: failure === undefined && violations === 0 && mismatches.length === 0,
    };
  },
};
