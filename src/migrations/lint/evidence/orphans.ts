import type { Step } from "../../shadow/replay.ts";
import { nameAt } from "../../sql/action.ts";
import { type ForeignKey, quoted, sameName, type Table } from "../../sql/structure.ts";
import { list, type Token, topLevel, within } from "../../sql/tokens.ts";

/** Asks whether an INSERT brings rows whose parents are not there; undefined when it has no answer before the file runs. */
export function orphansQuestion(step: Step): string | undefined {
  const { action } = step;
  const table = action.kind === "insert" ? step.before.table(action.table) : undefined;
  const incoming = table === undefined ? undefined : incomingRows(step, table);
  if (table === undefined || incoming === undefined) return undefined;
  const isThere = (key: ForeignKey): boolean =>
    key.from.every((name) => incoming.columns.some((column) => sameName(column, name)));
  const keys = table.foreignKeys.filter(isThere);
  // What the files before it do to the parents the live database does not know yet.
  const isOpen = ({ parent }: ForeignKey): boolean => step.rows.filled(parent) || step.rows.changed(parent);
  if (keys.length === 0 || keys.some(isOpen)) return undefined;
  const conditions = keys.map((key) => orphanCondition(step, key, table, incoming.columns));
  return `WITH incoming (${incoming.columns.map(quoted).join(", ")}) AS (${incoming.sql}) SELECT EXISTS (SELECT 1 FROM incoming WHERE ${conditions.join(" OR ")})`;
}

interface Incoming {
  readonly columns: readonly string[];
  readonly sql: string;
}

function incomingRows({ copy, statement, tokens: all }: Step, table: Table): Incoming | undefined {
  if (copy !== undefined) return { columns: copy.columns.map(({ into }) => into), sql: copy.select };
  const values = topLevel(all, "VALUES");
  if (values < 0) return undefined;
  const ends = ["ON", "RETURNING"].map((word) => topLevel(all, word, values)).filter((at) => at > 0);
  const end = all[Math.min(...ends)]?.start;
  return { columns: insertColumns(all, values, table), sql: statement.sql.slice(all[values]?.start, end) };
}

/** The columns that an INSERT names before its VALUES, or all that can be written. */
function insertColumns(all: readonly Token[], values: number, table: Table): readonly string[] {
  const into = topLevel(all, "INTO");
  const open = all.findIndex(
    ({ text, kind, depth }, i) => i > into && depth === 0 && kind === "sign" && text === "(",
  );
  if (open > 0 && open < values) return list(within(all, open)).map(([name]) => nameAt(name));
  return table.columns.filter(({ kind }) => kind === "plain").map(({ name }) => name);
}

function orphanCondition(step: Step, key: ForeignKey, table: Table, columns: readonly string[]): string {
  const parents = step.before.table(key.parent)?.columns.filter(({ primaryKey }) => primaryKey > 0) ?? [];
  const match = (of: string): string =>
    key.from
      .map((name, i) => `${of}.${quoted(key.to[i] ?? parents[i]?.name ?? "")} = incoming.${quoted(name)}`)
      .join(" AND ");
  const isSet = key.from.map((name) => `incoming.${quoted(name)} IS NOT NULL`).join(" AND ");
  const given = key.from.every((_, i) =>
    columns.some((column) => sameName(column, key.to[i] ?? parents[i]?.name ?? "")),
  );
  const among =
    sameName(key.parent, table.name) && given
      ? ` AND NOT EXISTS (SELECT 1 FROM incoming AS own WHERE ${match("own")})`
      : "";
  return `(${isSet} AND NOT EXISTS (SELECT 1 FROM ${quoted(key.parent)} AS parent WHERE ${match("parent")})${among})`;
}
