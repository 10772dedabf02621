import { sameName } from "../../sql/structure.ts";
import { beginsAs } from "../evidence/index-order.ts";
import { isLarge } from "../large-table.ts";
import { at, type Rule } from "./rule.ts";

/** IX1: an index that goes, while its table stays. Which statements use it, a preview says, which knows them. */
export const droppedIndex: Rule = {
  code: "IX1",
  title:
    "`DROP INDEX` where no other index begins with its columns: statements that search by it read the whole table from then on. A preview names those that it knows",
  severity: "warning",
  except:
    "and only if the live table has 1,000 rows; refused from 100,000 on, where a statement is known that uses it",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      if (step.error !== undefined || action.kind !== "drop" || action.object !== "index") return [];
      const table = replay.before.table(replay.before.object("index", action.name)?.tableName ?? "");
      const index = table?.indexes.find(({ name }) => sameName(name, action.name));
      const now = table === undefined ? undefined : replay.after.table(table.name);
      if (table === undefined || index === undefined || now === undefined || !replay.holds(table.name))
        return [];
      // What refuses it altogether is said by the rule that does.
      if (replay.breakages.some((broken) => broken.step === step)) return [];
      if (now.indexes.some((one) => sameName(one.name, index.name) || beginsAs(one, index))) return [];
      const columns = index.columns.map((column) => column ?? "an expression").join(", ");
      return [
        at(step, {
          message: `drops the index ${index.name}: what searches ${table.name} by ${columns} reads all its rows from then on, and D1 bills each`,
          fix: `look at what uses it first: a plan of a stage names the statements; when none needs it: -- d1:allow IX1 "why" above the statement`,
          question: isLarge(table.name, "warning"),
        }),
      ];
    }),
};
