import { affinity, type Column, sameName, type Table } from "../sql/structure.ts";
import { type Token, tokens } from "../sql/tokens.ts";
import type { Value } from "./made-up.ts";

/**
 * Values that a column's constraints name: what stands in a CHECK that names the column, numbers with their neighbours, and a
 * text that is its default. Guesses, from the text alone: whether a row fits is SQLite's to say.
 */
export function allowed(table: Table, column: Column): readonly Value[] {
  const kind = affinity(column.type);
  const isText = kind === "TEXT" || column.type === "";
  const isNumber = kind === "INTEGER" || kind === "REAL" || kind === "NUMERIC";
  const named = checks(tokens(table.sql))
    .filter((check) => check.some((token) => names(token, column.name)))
    .flat();
  const texts = [
    ...named,
    ...tokens(column.defaultSql ?? "").filter((_, i, all) => all.length === 1 && i === 0),
  ].flatMap((token) => (token.kind === "string" && isText ? [unquoted(token.text)] : []));
  const numbers = named.flatMap((token) =>
    token.kind === "number" && isNumber ? [-1, 0, 1].map((step) => Number(token.text) + step) : [],
  );
  return [...new Set<Value>([...texts, ...numbers])].filter((value) => !Number.isNaN(value));
}

/** What stands between the parentheses behind each CHECK. */
function checks(all: readonly Token[]): readonly (readonly Token[])[] {
  return all.flatMap((token, i) => {
    if (token.keyword !== "CHECK") return [];
    const depth = all[i + 1]?.depth ?? 0;
    const end = all.findIndex((each, k) => k > i + 1 && each.text === ")" && each.depth === depth);
    return [all.slice(i + 2, end)];
  });
}

const names = (token: Token, column: string): boolean =>
  (token.kind === "word" || token.kind === "name") && sameName(token.text, column);

const unquoted = (text: string): string => text.slice(1, -1).replaceAll("''", "'");
