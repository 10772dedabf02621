import { fold, type Table } from "../structure.ts";
import { normalised, type Token, tokens } from "../tokens.ts";

/** A table's constraints as comparable texts: `UNIQUE (email)`, `CHECK (age > 0)`, `FOREIGN KEY (p) REFERENCES parent ON DELETE CASCADE`. */
export function constraintTexts(table: Table): readonly string[] {
  const key = table.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => fold(name))
    .join(", ");
  const uniques = uniqueSets(table).filter((columns) => columns.join(", ") !== key);
  return [
    ...(key === "" ? [] : [`PRIMARY KEY (${key})`]),
    ...uniques.map((columns) => `UNIQUE (${columns.join(", ")})`),
    ...checks(table.sql).map((check) => `CHECK (${check.text})`),
    ...table.foreignKeys.map(
      (key) =>
        `FOREIGN KEY (${key.from.map(fold).join(", ")}) REFERENCES ${fold(key.parent)} ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}`,
    ),
  ];
}

/** The column sets that are unique by constraint or primary key, or by an index without a condition. */
export const uniqueSets = (table: Table): readonly (readonly string[])[] =>
  table.indexes
    .filter((index) => index.unique && !index.partial && index.origin !== "c")
    .map((index) => index.columns.map((column) => fold(column ?? "(expression)")));

/** The CHECK constraints of a CREATE TABLE statement, as written and as comparable text. */
export function checks(createSql: string): readonly { readonly sql: string; readonly text: string }[] {
  const all = tokens(createSql);
  return all.flatMap((token, i) => {
    if (token.keyword !== "CHECK" || all[i + 1]?.text !== "(") return [];
    const inside = within(all, i + 1);
    const first = inside[0];
    const last = inside.at(-1);
    if (first === undefined || last === undefined) return [];
    const sql = createSql.slice(first.start, last.end);
    return [{ sql, text: normalised(sql) }];
  });
}

/** The tokens between an opening parenthesis and the one that closes it. */
export function within(all: readonly Token[], open: number): readonly Token[] {
  const depth = all[open]?.depth ?? 0;
  const close = all.findIndex(
    (token, i) => i > open && token.text === ")" && token.depth === depth && token.kind === "sign",
  );
  return all.slice(open + 1, close < 0 ? undefined : close);
}

/** Parts between commas that stand outside parentheses. */
export function list(all: readonly Token[]): readonly (readonly Token[])[] {
  const depth = all[0]?.depth ?? 0;
  const parts: Token[][] = [[]];
  for (const token of all) {
    if (token.kind === "sign" && token.text === "," && token.depth === depth) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
