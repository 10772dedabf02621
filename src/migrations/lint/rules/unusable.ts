import type { Breakage } from "../../shadow/breakage.ts";
import type { Replay } from "../../shadow/replay.ts";
import { at, type Rule } from "./rule.ts";

/** UA1: statements that worked before a file and fail after it, whoever sends them; and what a new table can never do. */
export const unusable: Rule = {
  code: "UA1",
  title:
    "a table, view or search table that cannot be read or written any more, or, when it is new, never: a parent that is missing or not unique, a trigger or view on what is gone, `SET NULL` on `NOT NULL`",
  severity: "error",
  waiver: "none",
  check: (replay: Replay) => {
    // One cause breaks several statements: each is told once, with all that it breaks.
    const byCause = Map.groupBy(replay.breakages, ({ step, error }) => `${step.index} ${error}`);
    return [...byCause.values()].flatMap((broken) => {
      const [first] = broken;
      if (first === undefined) return [];
      const uses = broken.map(({ use }) => use).join(", ");
      return [
        at(first.step, {
          message: `${uses} ${broken.length === 1 ? "fails" : "fail"} from here on: ${first.error}`,
          fix: repair(first),
        }),
      ];
    });
  },
};

function repair({ error, name }: Breakage): string {
  if (/^foreign key mismatch/.test(error))
    return "a foreign key needs a PRIMARY KEY or a UNIQUE index over exactly the columns that it refers to: keep or create that index, in this file";
  if (/puts NULL into/.test(error))
    return "let the column be nullable, or write ON DELETE CASCADE, RESTRICT or NO ACTION";
  if (/^no such table/.test(error))
    return `create that table in this file or one before it; a view or trigger that names it is dropped before the change and created again after it, and so is what refers to it in ${name}`;
  return "drop the views, triggers and search tables that name it before the change, and create them again after it, in this file";
}
