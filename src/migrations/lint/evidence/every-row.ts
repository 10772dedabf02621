import { DatabaseSync } from "node:sqlite";
import type { Step } from "../../shadow/replay.ts";
import { fold, rowids, sameName, type Table } from "../../sql/structure.ts";
import { type Token, topLevel, within } from "../../sql/tokens.ts";

/** Why a DELETE or UPDATE reaches every row; undefined when its WHERE picks some. */
export function everyRowReason(step: Step, table: string): string | undefined {
  const where = whereClause(step.tokens);
  if (where === undefined) return "has no WHERE";
  const target = step.before.table(table);
  if (target !== undefined && !picks(step.tokens, where, target))
    return "has a WHERE that looks at no column of it: it is true for every row or for none";
  return isTrue(where, step, target) ? "has a WHERE that is true for every row" : undefined;
}

/** The tokens of the WHERE clause; undefined when there is none. */
function whereClause(all: readonly Token[]): readonly Token[] | undefined {
  const where = topLevel(all, "WHERE");
  if (where < 0) return undefined;
  const ends = ["RETURNING", "ORDER", "LIMIT"]
    .map((keyword) => topLevel(all, keyword, where))
    .filter((i) => i > 0);
  return all.slice(where + 1, ends.length === 0 ? undefined : Math.min(...ends));
}

const isName = (token: Token | undefined): token is Token => token?.kind === "word" || token?.kind === "name";

const isColumnOf = (table: Table, name: string): boolean =>
  table.columns.some((column) => sameName(column.name, name)) ||
  (!table.withoutRowid && rowids.includes(fold(name)));

/** Whether a condition may look at the row in question: it names one of its columns, and not as another table's. */
function picks(all: readonly Token[], where: readonly Token[], table: Table): boolean {
  const at = all.findIndex((token) => isName(token) && token.depth === 0 && sameName(token.text, table.name));
  const alias = all[at + 1]?.keyword === "AS" ? all[at + 2] : all[at + 1];
  const own = [table.name, ...(isName(alias) ? [alias.text] : [])];
  return where.some((token, i) => {
    if (!isName(token) || !isColumnOf(table, token.text)) return false;
    const qualifier = where[i - 1]?.text === "." ? where[i - 2]?.text : undefined;
    return qualifier === undefined || own.some((name) => sameName(name, qualifier));
  });
}

/** True when a condition cannot be false: a constant, something compared with itself, or a key that is looked for among all keys. */
function isTrue(condition: readonly Token[], step: Step, table: Table | undefined): boolean {
  const either = parts(condition, "OR");
  if (either.length > 1) return either.some((part) => isTrue(part, step, table));
  // BETWEEN has an AND of its own.
  const both = condition.some(({ keyword }) => keyword === "BETWEEN") ? [condition] : parts(condition, "AND");
  if (both.length > 1) return both.every((part) => isTrue(part, step, table));
  const [left, sign, right, ...more] = condition;
  if (left === undefined) return false;
  if (left.text === "(" && within(condition, 0).length === condition.length - 2)
    return isTrue(condition.slice(1, -1), step, table);
  if (
    isName(left) &&
    more.length === 0 &&
    right !== undefined &&
    ["=", "==", "IS"].includes(sign?.text.toUpperCase() ?? "")
  )
    if (sameName(left.text, right.text)) return true;
  if (table !== undefined && isName(left)) {
    const said = condition.slice(1).map(({ keyword }) => keyword);
    const neverNull = isNeverNull(table, left.text);
    if (neverNull && ["IS NOT NULL", "NOTNULL", "NOT NULL"].includes(said.join(" "))) return true;
    if (said[0] === "IN" && said[1] === "" && isAmongAll(condition, left, step, table, neverNull))
      return true;
  }
  return isConstantTruth(step.statement.sql.slice(left.start, condition.at(-1)?.end));
}

function parts(condition: readonly Token[], keyword: "AND" | "OR"): readonly (readonly Token[])[] {
  const depth = condition[0]?.depth ?? 0;
  const found: Token[][] = [[]];
  for (const token of condition) {
    if (token.keyword === keyword && token.depth === depth) found.push([]);
    else found.at(-1)?.push(token);
  }
  return found;
}

const isNeverNull = (table: Table, name: string): boolean =>
  table.columns.some(
    (column) =>
      sameName(column.name, name) &&
      (column.notNull || (column.primaryKey === 1 && column.type === "INTEGER")),
  ) ||
  (!table.withoutRowid && rowids.includes(fold(name)));

/**
 * `user_id IN (SELECT user_id FROM gone)` where `gone` has no such column: SQLite takes the outer row's own, and every row
 * is found. And a key among all keys of its own table.
 */
function isAmongAll(
  condition: readonly Token[],
  left: Token,
  step: Step,
  table: Table,
  neverNull: boolean,
): boolean {
  const [select, column, from, name, ...rest] = within(condition, 2);
  if (select?.keyword !== "SELECT" || from?.keyword !== "FROM" || !isName(column) || !isName(name))
    return false;
  if (!sameName(column.text, left.text)) return false;
  const source = step.before.table(name.text);
  if (source === undefined) return false;
  if (sameName(source.name, table.name)) return neverNull && rest.length === 0;
  const others = rest.some((token) => token.text === "," || token.keyword === "JOIN");
  return !others && !isColumnOf(source, column.text);
}

const calculator = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: false });

function isConstantTruth(expression: string): boolean {
  try {
    return Object.values(calculator.prepare(`SELECT (${expression}) IS TRUE`).get() ?? {})[0] === 1;
  } catch {
    // It names a column: not a constant.
    return false;
  }
}
