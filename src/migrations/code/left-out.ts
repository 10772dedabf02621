import type { DatabaseSync } from "node:sqlite";
import { nameAt, parse } from "../sql/action.ts";
import { fold, readTable, sameName } from "../sql/structure.ts";

/**
 * The column that an INSERT leaves out and its table cannot do without: whatever the values are, no row of it is taken. In SQLite's words; undefined
 * where there is none. A statement that names no columns gives all of them, or is refused when it is prepared.
 */
export function leftOut(db: DatabaseSync, sql: string): string | undefined {
  const { action, tokens } = parse(sql);
  if (action.kind !== "insert") return undefined;
  const table = readTable(db, action.table);
  if (table === undefined || table.virtual) return undefined;
  const named = namedColumns(tokens, action.table);
  if (named === undefined) return undefined;
  const rowid = table.withoutRowid ? undefined : rowidOf(table.columns);
  const missing = table.columns.find(
    ({ name, kind, notNull, defaultSql }) =>
      kind === "plain" &&
      notNull &&
      (defaultSql === undefined || /^null$/i.test(defaultSql)) &&
      name !== rowid &&
      !named.has(fold(name)),
  );
  return missing === undefined ? undefined : `NOT NULL constraint failed: ${table.name}.${missing.name}`;
}

type Tokens = ReturnType<typeof parse>["tokens"];

/** The names between the first parentheses behind the table's name; undefined where there are none. `DEFAULT VALUES` names nothing. */
function namedColumns(tokens: Tokens, table: string): ReadonlySet<string> | undefined {
  const into = tokens.findIndex(({ keyword, depth }) => depth === 0 && keyword === "INTO");
  const at = tokens.findIndex((token, i) => i > into && sameName(nameAt(token), table));
  if (into < 0 || at < 0) return undefined;
  const open = tokens.findIndex(
    ({ text, keyword }, i) =>
      i > at && (text === "(" || ["VALUES", "SELECT", "WITH", "DEFAULT"].includes(keyword)),
  );
  if (tokens[open]?.keyword === "DEFAULT") return new Set();
  if (tokens[open]?.text !== "(") return undefined;
  const close = tokens.findIndex(({ text }, i) => i > open && text === ")");
  return new Set(
    tokens
      .slice(open + 1, close)
      .filter(({ text }) => text !== ",")
      .map((token) => fold(nameAt(token))),
  );
}

/** `INTEGER PRIMARY KEY` is filled in by itself. */
function rowidOf(columns: NonNullable<ReturnType<typeof readTable>>["columns"]): string | undefined {
  const keys = columns.filter(({ primaryKey }) => primaryKey > 0);
  return keys.length === 1 && keys[0]?.type === "INTEGER" ? keys[0].name : undefined;
}
