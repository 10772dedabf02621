import { command, sentence } from "../../diagnostic/sentence.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { DatabaseSnapshot } from "../database/snapshot.ts";
import { type Difference, differenceLine, differences } from "../shadow/differences.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import type { History, Subject } from "./history.ts";
import { replayed } from "./replayed.ts";

/** The log's last fingerprint answers in no time; only when it differs are the files replayed, to say what does. */
export function drifted(told: History, database: DatabaseSnapshot): readonly Difference[] {
  const last = told.ledger.at(-1);
  if (last === undefined || told.refusals.length > 0) return [];
  const entry = database.log.find(({ name }) => name === last);
  const live = fingerprint(database.schema);
  // That a squashed file makes what its files made was seen where it was squashed: it may have been edited since.
  if (told.squash === undefined && entry?.schemaAfter === live) return [];
  const expected = replayed(told.applied);
  if (expected === undefined) {
    const details = [
      `fingerprint ${live}, recorded was ${entry?.schemaAfter ?? "none"}; the files alone do not run on an empty database, so objects cannot be compared`,
    ];
    return [{ kind: "changed", type: "schema", name: "as a whole", details }];
  }
  return fingerprint(expected) === live ? [] : differences(expected, database.schema);
}

export function driftRefusals(
  { label, folder }: Subject,
  told: History,
  drift: readonly Difference[],
): readonly Diagnostic[] {
  if (drift.length === 0) return [];
  const lines = drift.map((difference) => `\n    ${differenceLine(difference)}`).join("");
  const accept = command("db accept", { database: label, drift: true, reason: "why" });
  const adopting = told.unlogged.length > 0;
  if (told.squash !== undefined)
    return [
      {
        what: `${told.squash.file.name} does not make the schema that the database has`,
        where: label,
        got: `${drift.length} ${drift.length === 1 ? "difference" : "differences"}:${lines}`,
        expected: `the schema of ${folder} up to ${told.applied.at(-1)?.name ?? "nothing"}`,
        fix: sentence`if the squashed file was edited, give it back what db squash wrote (git log -p -- ${told.squash.file.path}); if the database differed before (an accepted drift), take it over as it is: ${accept}`,
      },
    ];
  return [
    {
      what: adopting
        ? "The ledger lists files whose schema the database does not have"
        : "The database is not what its applied files made of it",
      where: label,
      got: `${drift.length} ${drift.length === 1 ? "difference" : "differences"}:${lines}`,
      expected: `the schema of ${folder} up to ${told.applied.at(-1)?.name ?? "nothing"}`,
      fix: adopting
        ? sentence`make the schema what the files say, with the tool that applied them; or take it as it is: ${accept}`
        : sentence`write a migration that makes it so, or take it as it is: ${accept}`,
    },
  ];
}
