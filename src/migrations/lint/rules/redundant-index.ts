import { sameName } from "../../sql/structure.ts";
import { isSameOrder } from "../evidence/index-order.ts";
import { isLarge } from "../large-table.ts";
import { at, type Rule } from "./rule.ts";

/** IX3: an index that is there already. */
export const redundantIndex: Rule = {
  code: "IX3",
  title:
    "`CREATE INDEX` over the columns of an index that there is, by a constraint perhaps: it finds nothing sooner, and each written row is billed for it too",
  severity: "warning",
  except: "and only if the live table has 1,000 rows",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      if (step.error !== undefined || action.kind !== "create" || action.object !== "index" || action.unique)
        return [];
      const table = replay.after.table(replay.after.object("index", action.name)?.tableName ?? "");
      const index = table?.indexes.find(({ name }) => sameName(name, action.name));
      const other = table?.indexes.find(
        (one) => one !== index && index !== undefined && isSameOrder(one, index),
      );
      if (table === undefined || other === undefined) return [];
      // Of two that the file makes, the second one is too many.
      const later = replay.steps.findIndex(
        (each) => each.action.kind === "create" && sameName(each.action.name, other.name),
      );
      if (later > step.index) return [];
      const what =
        other.origin === "c"
          ? `the index ${other.name}`
          : other.origin === "pk"
            ? "the primary key"
            : "a UNIQUE constraint";
      return [
        at(step, {
          message: `the index ${action.name} orders ${table.name} as ${what} does: it finds nothing sooner, and D1 bills each written row for it too`,
          fix: "leave it out",
          question: isLarge(table.name, undefined),
        }),
      ];
    }),
};
