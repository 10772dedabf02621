import type { TakenBackup } from "../../src/backup/take.ts";
import { unitOf } from "../../src/cloudflare/contents/plural.ts";
import { table } from "../../toolchain/table.ts";

/** What a backup has, store by store, and what it has not although it should. */
export function contentLines(taken: TakenBackup): readonly string[] {
  const { databases, buckets, indexes, letters, classes } = taken;
  return [
    table(
      ["database", "tables", "rows", "of one moment"],
      databases.map((each) => [
        each.key,
        each.tables.length,
        each.tables.reduce((sum, { rows }) => sum + rows, 0),
        moments[each.consistency],
      ]),
    ),
    ...tableOf(
      ["namespace", "keys"],
      taken.namespaces.map((each) => [each.key, each.keys]),
    ),
    ...tableOf(
      ["bucket", "objects", "bytes", "copied now", "bytes of these"],
      buckets.map((each) => [each.key, each.objects, each.bytes, each.copied, each.copiedBytes]),
    ),
    ...tableOf(
      ["index", "vectors", "of one moment"],
      indexes.map((each) => [
        each.key,
        each.vectors,
        each.content === "recipe"
          ? "none are in it: it cannot be listed"
          : moments[each.unchanged ? "unchanged" : "spread"],
      ]),
    ),
    ...tableOf(
      ["Durable Object class", "objects", "bytes", "gave nothing out"],
      classes.map((each) => [each.key, each.objects, each.bytes, each.failed]),
    ),
    ...classes.flatMap(({ key, failures }) => failures.map((each) => `NOT WHOLE: ${key} is without ${each}`)),
    ...letters.flatMap(({ key, messages }) =>
      messages === 0 ? [] : [`${key}: ${messages} dead ${unitOf(messages, "letters")}`],
    ),
    ...[...databases, ...buckets, ...indexes, ...letters].flatMap(({ key, without }) =>
      without.map((each) => `${key} is without ${each}`),
    ),
  ];
}

/** Of stores that a stage may do without: nothing where there are none. */
const tableOf = (
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): readonly string[] => (rows.length === 0 ? [] : ["", table(columns, rows), ""]);

const moments: Readonly<Record<"oneRequest" | "unchanged" | "spread", string>> = {
  oneRequest: "yes: one request",
  unchanged: "yes: nobody wrote meanwhile",
  spread: "no: it was written to all the time",
};
