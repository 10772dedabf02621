import { filling, rebuilds } from "../../shadow/find-rebuilds.ts";
import { findReturns, returning } from "../../shadow/find-returns.ts";
import { isSystem, type Replay, type Step } from "../../shadow/replay.ts";
import { sameName } from "../../sql/structure.ts";
import { tokens, topLevel } from "../../sql/tokens.ts";
import { heldAgainst } from "../evidence/against-empty.ts";
import { everyRowReason } from "../evidence/every-row.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL4: statements that reach every row, or rows that nobody named. */
export const unbounded: Rule = {
  code: "DL4",
  title:
    "`DELETE`, `UPDATE` or upsert of every row, also through a view, and with a `WHERE` that cannot be false or looks at no column of the table; `REPLACE`. An `UPDATE` that sets only columns of the same file is fine",
  severity: "error",
  waiver: "data-loss",
  silentOnNew: true,
  check: (replay) => {
    const found = rebuilds(replay);
    const returns = findReturns(replay);
    return replay.steps.flatMap((step) => {
      if (step.error !== undefined) return [];
      const { action } = step;
      if (action.kind !== "delete" && action.kind !== "update" && action.kind !== "insert") return [];
      if (isSystem(action.table)) return [];
      const successorOf = filling(replay, found, step, action.table);
      const isNew = (column: string): boolean =>
        step.rows.addedHere(action.table, column) ||
        (successorOf !== undefined && !successorOf.old.columns.some(({ name }) => sameName(name, column)));
      if (!step.holds(action.table) && successorOf === undefined && throughView(step).length === 0) return [];
      // Its rows come back, which is asserted.
      if (returning(returns, replay, step, action.table) !== undefined) return [];
      return [...everyRow(step, isNew), ...againstEmpty(replay, step, isNew), ...replaced(step)];
    });
  },
};

/** Tables with rows that INSTEAD OF triggers write when a statement is about a view. */
const throughView = (step: Step): readonly string[] =>
  step.events
    .filter(({ action, a, source }) => isWrite(action) && source !== "" && step.holds(a))
    .map(({ a }) => a);

const isWrite = (action: string): boolean => ["INSERT", "UPDATE", "DELETE"].includes(action);

function everyRow(step: Step, isNew: (column: string) => boolean): readonly Finding[] {
  const { action } = step;
  if (action.kind === "insert") return upserted(step, isNew);
  if (action.kind !== "delete" && action.kind !== "update") return [];
  const reason = everyRowReason(step, action.table);
  if (reason === undefined) return [];
  if (action.kind === "delete") {
    return [
      at(step, {
        message: `DELETE FROM ${action.table} ${reason}: all rows go`,
        fix: 'name the rows in a WHERE, or say why all may go: -- d1:data-loss "why"',
      }),
    ];
  }
  const set = setColumns(step);
  if (set.length > 0 && set.every(isNew)) return [];
  return [overwritten(step, `UPDATE ${action.table} ${reason}`, set)];
}

/** `WHERE owner NOT IN (SELECT … FROM new_table)` is true for every row as long as the new table has none. */
function againstEmpty(replay: Replay, step: Step, isNew: (column: string) => boolean): readonly Finding[] {
  const { action } = step;
  const empty = heldAgainst(replay, step);
  if (empty === undefined || (action.kind !== "delete" && action.kind !== "update")) return [];
  const set = setColumns(step);
  if (action.kind === "update" && set.length > 0 && set.every(isNew)) return [];
  return [
    at(step, {
      message: `${action.kind === "delete" ? "DELETE FROM" : "UPDATE"} ${action.table} is held against ${empty}, which has no row: this file makes it and nothing fills it before`,
      fix: `fill ${empty} first, or read the table that was meant; or say why: -- d1:allow DL4 "why"`,
    }),
  ];
}

const overwritten = (step: Step, what: string, columns: readonly string[]): Finding =>
  at(step, {
    message: `${what}: ${columns.length === 0 ? "it" : columns.join(", ")} is overwritten in all rows`,
    fix: 'name the rows in a WHERE (WHERE column IS NULL for a backfill), or say why: -- d1:allow DL4 "why"',
  });

/** `INSERT … SELECT … ON CONFLICT DO UPDATE` is an UPDATE of as many rows as the SELECT finds. */
function upserted(step: Step, isNew: (column: string) => boolean): readonly Finding[] {
  const { action, tokens: all } = step;
  if (action.kind !== "insert" || !action.select || !action.upsert) return [];
  const update = all.findIndex((token, i) => token.keyword === "DO" && all[i + 1]?.keyword === "UPDATE");
  const set = setColumns(step);
  if (update < 0 || topLevel(all, "WHERE", update) > 0 || set.every(isNew)) return [];
  const select = topLevel(all, "SELECT");
  const where = topLevel(all, "WHERE", select);
  // SQLite wants a WHERE before ON CONFLICT; `WHERE true` is how one says that there is none.
  if (where > 0 && !["TRUE", "1"].includes(all[where + 1]?.text.toUpperCase() ?? "")) return [];
  return [
    overwritten(step, `INSERT INTO ${action.table} … SELECT … ON CONFLICT DO UPDATE has no WHERE`, set),
  ];
}

function replaced(step: Step): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "insert" && action.kind !== "update") return [];
  const sql = step.before.table(action.table)?.sql ?? "";
  const bySchema = action.conflict === "" && replacesByItself(sql);
  if (action.conflict !== "REPLACE" && !bySchema) return [];
  return [
    at(step, {
      message: `${bySchema ? `${action.table} is declared ON CONFLICT REPLACE:` : "REPLACE"} deletes the rows of ${action.table} that it collides with`,
      fix: 'say what a collision means: INSERT … ON CONFLICT (key) DO UPDATE SET …, or DO NOTHING; where that is what the file is for, once in it: -- d1:replaces "why"',
    }),
  ];
}

function replacesByItself(sql: string): boolean {
  const all = tokens(sql);
  return all.some((token, i) => token.keyword === "REPLACE" && all[i - 1]?.keyword === "CONFLICT");
}

const setColumns = (step: Step): readonly string[] => {
  const { action } = step;
  if (action.kind !== "update" && action.kind !== "insert") return [];
  const set = step.events.filter(
    (event) => event.action === "UPDATE" && event.source === "" && sameName(event.a, action.table),
  );
  return [...new Set(set.map((event) => event.b))];
};
