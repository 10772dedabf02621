import { quoted } from "../sql/structure.ts";
import type { Advice } from "./advice.ts";
import { nameSql } from "./candidates.ts";
import { createIndex } from "./remedy.ts";
import { statementText } from "./statement-text.ts";

/** The statements of a migration that takes the advice; none when there is nothing to make and nothing to drop. */
export const adviceStatements = ({ indexes, redundant }: Advice): readonly string[] => [
  ...indexes.map((index) => `${createIndex(index)};`),
  // Of another order the longer index is, so that what is not known may miss this one: a person decides that.
  ...redundant.filter(({ same }) => same).map(({ index }) => `DROP INDEX ${nameSql(index)};`),
];

/** A migration file that takes the advice, with what it is for. */
export function adviceFile(advice: Advice): string {
  const asked = advice.scans
    .filter(({ planWithIndexes }) => planWithIndexes !== undefined)
    .map(({ workers, sql }) => `--   ${workers.join(", ")}: ${statementText(sql)}`);
  const deleted = advice.keys.map(
    ({ table, columns, parents }) =>
      `--   DELETE FROM ${parents.join(", ")}: ${table} (${columns.join(", ")})`,
  );
  const gone = advice.redundant.filter(({ same }) => same);
  return [
    "-- Indexes for what is asked of large tables, so that no statement reads all of their rows:",
    ...new Set([...asked, ...deleted]),
    ...(gone.length === 0
      ? []
      : [
          "-- and without those that another one does the work of:",
          ...gone.map(({ index, by }) => `--   ${quoted(index)}: ${by}`),
        ]),
    "--",
    "-- Rollback: deploy the previous Worker version; the indexes may stay.",
    "",
    ...adviceStatements(advice),
    "",
  ].join("\n");
}
