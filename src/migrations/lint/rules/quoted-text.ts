import { accidentalText } from "../../shadow/copy.ts";
import { rebuilds } from "../../shadow/find-rebuilds.ts";
import type { Replay, Step } from "../../shadow/replay.ts";
import { everyRowReason } from "../evidence/every-row.ts";
import { at, type Rule } from "./rule.ts";

/** DQ1: SQLite, and so D1, takes a name in double quotes for text where there is no such column. */
export const quotedText: Rule = {
  code: "DQ1",
  title:
    'a name in double quotes that is no column: SQLite takes `"nmae"` for the text, and writes or compares it in every row',
  severity: "error",
  except: "a warning where the text could be no name",
  waiver: "allow",
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const texts = step.error === undefined && !isRefusedElsewhere(step) ? step.quotedTexts : [];
      return [...new Set(texts)]
        .filter((text) => !isAccident(replay, step, text))
        .map((text) =>
          at(step, {
            severity: /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? "error" : "warning",
            message: `"${text}" is no column here: SQLite takes it for the text '${text}'`,
            fix: `write the name of the column, or, where the text is meant, single quotes: '${text.replaceAll("'", "''")}'`,
          }),
        );
    }),
};

/** Of a statement that reaches every row DL4 says why. */
function isRefusedElsewhere(step: Step): boolean {
  const { action } = step;
  return (
    (action.kind === "delete" || action.kind === "update") &&
    everyRowReason(step, action.table)?.includes("looks at no column") === true
  );
}

/** DL5 tells of a rebuild's new column that is filled with its own name. */
const isAccident = (replay: Replay, step: Step, text: string): boolean =>
  rebuilds(replay).some(({ copies }) => copies.includes(step)) &&
  step.copy?.columns.some(
    (column) => step.copy !== undefined && accidentalText(column, step.before, step.copy) === text,
  ) === true;
