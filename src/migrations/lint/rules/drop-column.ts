import { sameName } from "../../sql/structure.ts";
import { at, type Rule } from "./rule.ts";

/** DL2: values that go with their column. A column that the same file added, or a virtual one, holds nothing of its own. */
export const dropColumn: Rule = {
  code: "DL2",
  title: "`DROP COLUMN`",
  severity: "error",
  waiver: "data-loss",
  silentOnNew: true,
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      if (step.error !== undefined || action.kind !== "dropColumn") return [];
      const column = step.before
        .table(action.table)
        ?.columns.find(({ name }) => sameName(name, action.column));
      const own = step.rows.addedHere(action.table, action.column);
      if (column === undefined || column.kind === "virtual" || own || !step.holds(action.table)) return [];
      return [
        at(step, {
          message: `drops the column ${action.table}.${action.column} with its values`,
          fix: `once no code reads it, in a contract file: -- d1:allow DL2 "why nothing needs it" above the statement`,
        }),
      ];
    }),
};
