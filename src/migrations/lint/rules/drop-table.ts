import { rebuildOf, rebuilds } from "../../shadow/find-rebuilds.ts";
import { isSystem } from "../../shadow/replay.ts";
import { quoted } from "../../sql/structure.ts";
import { at, type Rule } from "./rule.ts";

/** DL1: rows that go with their table. */
export const dropTable: Rule = {
  code: "DL1",
  title: "`DROP TABLE` of a table that may hold rows. With `allow`, the migration checks that it is empty",
  severity: "error",
  waiver: "data-loss",
  silentOnNew: true,
  check: (replay) => {
    const found = rebuilds(replay);
    return replay.steps.flatMap((step) => {
      const { action } = step;
      if (action.kind !== "drop" || action.object !== "table" || step.error !== undefined) return [];
      if (isSystem(action.name) || step.before.table(action.name) === undefined) return [];
      const rebuild = rebuildOf(found, step);
      if (rebuild !== undefined && rebuild.copies.length > 0) return [];
      // Its rows are back where they came from.
      if (
        found.some(
          ({ stash, copies }) => stash?.drop === step && copies.every(({ index }) => index < step.index),
        )
      )
        return [];
      const origin = rebuild?.table ?? step.rows.origin(action.name);
      if (origin === undefined || !step.holds(action.name)) return [];
      const again =
        rebuild === undefined ? "" : ", and makes it again without a copy straight from the old one";
      const copy =
        rebuild === undefined
          ? ""
          : "to keep them: CREATE the new table under another name, INSERT INTO it SELECT FROM the old one, DROP, RENAME; ";
      return [
        at(step, {
          message: `drops the table ${action.name} with all its rows${again}`,
          fix: `${copy}when it must be empty: -- d1:allow DL1 "why" (the migration then checks that it is); when its rows may go: -- d1:data-loss "why"`,
          whenWaived: {
            label: `DL1: ${origin} is not empty`,
            condition: `NOT EXISTS (SELECT 1 FROM ${quoted(origin)})`,
          },
        }),
      ];
    });
  },
};
