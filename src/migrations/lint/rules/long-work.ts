import { rebuilds } from "../../shadow/find-rebuilds.ts";
import type { Step } from "../../shadow/replay.ts";
import { quoted } from "../../sql/structure.ts";
import { topLevel } from "../../sql/tokens.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** Rows that one request can be expected to rewrite within D1's 30 seconds, with an index or two. */
const manyRows = 500_000;

/** OP1: work that may outlast D1's 30 seconds on a large table. */
export const longWork: Rule = {
  code: "OP1",
  title: "index builds and rebuilds of more than 500,000 rows, against D1's 30 seconds",
  severity: "warning",
  except: "only if the live table is that large",
  waiver: "allow",
  silentOnNew: true,
  check: (replay) => {
    const warn = (step: Step, table: string, what: string): readonly Finding[] =>
      replay.holds(table) && replay.before.table(table) !== undefined
        ? [
            at(step, {
              message: `${what} goes over more than ${manyRows} rows of ${table}; D1 ends a request after 30 s`,
              fix: "do it in parts (WHERE rowid BETWEEN …) over several files, or with -- d1:transport import",
              question: {
                sql: `SELECT count(*) > ${manyRows} FROM (SELECT 1 FROM ${quoted(table)} LIMIT ${manyRows + 1})`,
                unasked: undefined,
              },
            }),
          ]
        : [];
    return [
      ...replay.steps.flatMap((step) => {
        const { action } = step;
        if (step.error !== undefined) return [];
        if (action.kind === "create" && action.object === "index") {
          return warn(step, step.after.object("index", action.name)?.tableName ?? "", "the index build");
        }
        if (action.kind === "update" && topLevel(step.tokens, "WHERE") < 0)
          return warn(step, action.table, "the UPDATE");
        if (action.kind === "dropColumn")
          return warn(step, action.table, "DROP COLUMN rewrites the table: it");
        return [];
      }),
      ...rebuilds(replay).flatMap((rebuild) => warn(rebuild.create, rebuild.table, "the rebuild")),
    ];
  },
};
