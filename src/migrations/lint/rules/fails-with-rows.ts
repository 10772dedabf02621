import { quoted } from "../../sql/structure.ts";
import { at, type Rule } from "./rule.ts";

/** DD1: statements that pass on an empty table and fail on one with rows. */
export const failsWithRows: Rule = {
  code: "DD1",
  title: "`ADD COLUMN` that fails on a table with rows. A waiver helps where a `CHECK` fails",
  severity: "error",
  except: "only if the live table has rows",
  waiver: "allow",
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      const live = action.kind === "addColumn" ? step.rows.origin(action.table) : undefined;
      if (action.kind !== "addColumn" || step.errorWithRows === undefined || live === undefined) return [];
      return [
        at(step, {
          message: `adding ${action.table}.${action.column} fails on a table with rows: ${step.errorWithRows}`,
          fix: "add it with a constant default, or nullable, fill it with UPDATE … WHERE it IS NULL, and tighten it in a later rebuild",
          // Made-up rows may break a CHECK that real ones keep.
          waivable: step.errorWithRows.startsWith("CHECK constraint failed"),
          question: { sql: `SELECT EXISTS (SELECT 1 FROM ${quoted(live)})`, unasked: "error" },
        }),
      ];
    }),
};
