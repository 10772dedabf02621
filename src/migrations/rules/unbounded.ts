import { DatabaseSync } from "node:sqlite";
import { isSystem, type Step } from "../replay.ts";
import { sameName } from "../structure.ts";
import { type Token, tokens, topLevel } from "../tokens.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL4: statements that reach every row, or rows that nobody named. */
export const unbounded: Rule = {
  code: "DL4",
  title: "DELETE or UPDATE without WHERE; REPLACE",
  check: (replay) => {
    const added: { readonly table: string; readonly column: string }[] = [];
    return replay.steps.flatMap((step) => {
      if (step.error !== undefined) return [];
      const { action } = step;
      if (action.kind === "addColumn") added.push({ table: action.table, column: action.column });
      if (action.kind !== "delete" && action.kind !== "update" && action.kind !== "insert") return [];
      if (isSystem(action.table) || !step.holds(action.table)) return [];
      return [...everyRow(step, added), ...replaced(step)];
    });
  },
};

function everyRow(
  step: Step,
  added: readonly { readonly table: string; readonly column: string }[],
): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "delete" && action.kind !== "update") return [];
  const where = condition(step.tokens);
  if (where !== undefined && !alwaysTrue(step.statement.sql, where)) return [];
  const without = where === undefined ? "has no WHERE" : "has a WHERE that is true for every row";
  if (action.kind === "delete") {
    return [
      at(step, "DL4", "error", {
        message: `DELETE FROM ${action.table} ${without}: all rows go`,
        fix: 'name the rows in a WHERE, or say why all may go: -- d1:data-loss "why"',
      }),
    ];
  }
  const set = setColumns(step);
  const onlyNew =
    set.length > 0 &&
    set.every((column) =>
      added.some((one) => sameName(one.table, action.table) && sameName(one.column, column)),
    );
  if (onlyNew) return [];
  return [
    at(step, "DL4", "error", {
      message: `UPDATE ${action.table} ${without}: ${set.join(", ")} is overwritten in all rows`,
      fix: 'name the rows in a WHERE (WHERE column IS NULL for a backfill), or say why: -- d1:allow DL4 "why"',
    }),
  ];
}

function replaced(step: Step): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "insert" && action.kind !== "update") return [];
  const sql = step.before.table(action.table)?.sql ?? "";
  const bySchema = action.conflict === "" && replacesByItself(sql);
  if (action.conflict !== "REPLACE" && !bySchema) return [];
  return [
    at(step, "DL4", "error", {
      message: `${bySchema ? `${action.table} is declared ON CONFLICT REPLACE:` : "REPLACE"} deletes the rows of ${action.table} that it collides with`,
      fix: "say what a collision means: INSERT … ON CONFLICT (key) DO UPDATE SET …, or DO NOTHING",
    }),
  ];
}

function replacesByItself(sql: string): boolean {
  const all = tokens(sql);
  return all.some((token, i) => token.keyword === "REPLACE" && all[i - 1]?.keyword === "CONFLICT");
}

const setColumns = (step: Step): readonly string[] => {
  const { action } = step;
  if (action.kind !== "update") return [];
  const set = step.events.filter(
    (event) => event.action === "UPDATE" && event.source === "" && sameName(event.a, action.table),
  );
  return [...new Set(set.map((event) => event.b))];
};

/** The tokens of the WHERE clause; undefined when there is none. */
function condition(all: readonly Token[]): readonly Token[] | undefined {
  const where = topLevel(all, "WHERE");
  if (where < 0) return undefined;
  const ends = ["RETURNING", "ORDER", "LIMIT"]
    .map((keyword) => topLevel(all, keyword, where))
    .filter((i) => i > 0);
  return all.slice(where + 1, ends.length === 0 ? undefined : Math.min(...ends));
}

/** True when one of the alternatives names no column and is true, or compares something with itself. */
function alwaysTrue(sql: string, where: readonly Token[]): boolean {
  const alternatives: Token[][] = [[]];
  for (const token of where) {
    if (token.keyword === "OR" && token.depth === 0) alternatives.push([]);
    else alternatives.at(-1)?.push(token);
  }
  return alternatives.some((part) => {
    const [left, sign, right, ...more] = part;
    if (left === undefined) return false;
    if (
      right !== undefined &&
      more.length === 0 &&
      ["=", "==", "IS"].includes(sign?.text.toUpperCase() ?? "") &&
      sameName(left.text, right.text)
    )
      return true;
    return constantTruth(sql.slice(left.start, part.at(-1)?.end));
  });
}

const calculator = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: false });

function constantTruth(expression: string): boolean {
  try {
    return Object.values(calculator.prepare(`SELECT (${expression}) IS TRUE`).get() ?? {})[0] === 1;
  } catch {
    // It names a column: not a constant.
    return false;
  }
}
