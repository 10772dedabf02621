import type { Replay } from "../../shadow/replay.ts";
import { fold, type Table } from "../../sql/structure.ts";
import { findsBy } from "../evidence/index-order.ts";
import { isLarge } from "../large-table.ts";
import type { Finding, Rule } from "./rule.ts";

/** IX2: a foreign key by whose columns no index finds rows, new in the file or left without its index. */
export const unindexedForeignKey: Rule = {
  code: "IX2",
  title:
    "a foreign key whose columns no index begins with: each `DELETE` from its parent, and each change of the parent's key, reads the whole table",
  severity: "warning",
  except: "and only if the live table has 1,000 rows",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) =>
    replay.after.tables().flatMap((table) =>
      unindexed(table)
        .filter((columns) => replay.holds(table.name) && !wasSo(replay.before.table(table.name), columns))
        .map((columns) => finding(replay, table, columns)),
    ),
};

/** Sets of columns that refer to a parent, and are found by no index. */
export const unindexed = (table: Table): readonly (readonly string[])[] => [
  ...new Map(
    table.foreignKeys
      .filter(({ from }) => !findsBy(table, from))
      .map(({ from }) => [from.map(fold).join(), from] as const),
  ).values(),
];

const wasSo = (before: Table | undefined, columns: readonly string[]): boolean =>
  before !== undefined && unindexed(before).some((one) => one.map(fold).join() === columns.map(fold).join());

function finding(replay: Replay, table: Table, columns: readonly string[]): Finding {
  const step = replay.steps.findLast(
    ({ before, after }) => before !== after && before.table(table.name) !== after.table(table.name),
  );
  const parents = table.foreignKeys
    .filter(({ from }) => from.map(fold).join() === columns.map(fold).join())
    .map(({ parent }) => parent);
  const named = columns.join(", ");
  return {
    line: step?.statement.line ?? 1,
    statement: step?.index,
    message: `no index of ${table.name} begins with ${named}: each DELETE from ${parents.join(" and ")} reads all rows of ${table.name}`,
    fix: `CREATE INDEX ${table.name}_by_${columns.map(fold).join("_and_")} ON ${table.name} (${named}), in this file`,
    question: isLarge(table.name, undefined),
  };
}
