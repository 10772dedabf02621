import { DatabaseSync } from "node:sqlite";
import type { Step } from "../../shadow/replay.ts";
import { quoted, sameName } from "../../sql/structure.ts";
import { checks } from "../evidence/constraints.ts";
import { fixOf } from "../evidence/fitting-fix.ts";
import { at, type Finding, type Question, type Rule } from "./rule.ts";

/** DD1: statements that pass on an empty table and fail on one with rows. */
export const failsWithRows: Rule = {
  code: "DD1",
  title: "`ADD COLUMN` that fails on a table with rows. A waiver helps where a `CHECK` fails",
  severity: "error",
  except: "only if the live table has rows",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) =>
    replay.steps.flatMap((step) => {
      const { action } = step;
      const live = action.kind === "addColumn" ? step.rows.origin(action.table) : undefined;
      if (action.kind !== "addColumn" || live === undefined || step.error !== undefined) return [];
      const say = (why: string, question: Question, isCheck: boolean): Finding =>
        at(step, {
          message: `adding ${action.table}.${action.column} fails on a table with rows: ${why}`,
          fix:
            fixOf(why) ??
            "add it with a constant default, or nullable, fill it with UPDATE … WHERE it IS NULL, and tighten it in a later rebuild",
          waivable: isCheck,
          question,
        });
      const hasRows: Question = { sql: `SELECT EXISTS (SELECT 1 FROM ${quoted(live)})`, unasked: "error" };
      // Made-up rows may break a CHECK that the table always had, and SQLite looks at all of them. Only its own counts.
      if (step.errorWithRows !== undefined && !/^CHECK constraint failed/.test(step.errorWithRows))
        return [say(step.errorWithRows, hasRows, false)];
      return checks(step.statement.sql).flatMap(({ sql }) => {
        const broken = brokenByDefault(step, sql);
        if (broken === true) return [say(`its default breaks CHECK (${sql})`, hasRows, true)];
        if (broken === false) return [];
        const rows = `SELECT *, (${defaultOf(step)}) AS ${quoted(action.column)} FROM ${quoted(live)}`;
        const asked = `SELECT EXISTS (SELECT 1 FROM (${rows}) AS ${quoted(action.table)} WHERE NOT (${sql}))`;
        return [say(`rows break CHECK (${sql})`, { sql: asked, unasked: "info" }, true)];
      });
    }),
};

const defaultOf = ({ action, after }: Step): string =>
  (action.kind === "addColumn"
    ? after.table(action.table)?.columns.find(({ name }) => sameName(name, action.column))?.defaultSql
    : undefined) ?? "NULL";

/** Whether the value that every row gets breaks a CHECK; undefined when that depends on other columns. */
function brokenByDefault(step: Step, check: string): boolean | undefined {
  const { action } = step;
  if (action.kind !== "addColumn") return undefined;
  const calculator = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true });
  try {
    const column = `${quoted(action.column)}`;
    const type = step.after
      .table(action.table)
      ?.columns.find(({ name }) => sameName(name, action.column))?.type;
    calculator.exec(
      `CREATE TABLE ${quoted(action.table)} (${column} ${type ?? ""} DEFAULT (${defaultOf(step)})); INSERT INTO ${quoted(action.table)} DEFAULT VALUES`,
    );
    return (
      calculator.prepare(`SELECT 1 FROM ${quoted(action.table)} WHERE NOT (${check})`).get() !== undefined
    );
  } catch {
    return undefined;
  } finally {
    calculator.close();
  }
}
