import { deferredKeys } from "../../sql/declarations.ts";
import { fold, quoted, type Table } from "../../sql/structure.ts";
import { list, normalised, type Token, tokens, within } from "../../sql/tokens.ts";

/** A table's constraints but for its CHECKs as comparable texts: `UNIQUE (email)`, `FOREIGN KEY (p) REFERENCES parent ON DELETE CASCADE`. */
export function constraintTexts(table: Table): readonly string[] {
  const key = table.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => fold(name))
    .join(", ");
  const uniques = uniqueSets(table);
  const deferred = deferredKeys(table);
  const primary = uniques.find(({ columns }) => columns.join(", ") === key)?.text ?? key;
  return [
    ...(key === "" ? [] : [`PRIMARY KEY (${primary})`]),
    ...uniques.filter(({ columns }) => columns.join(", ") !== key).map(({ text }) => `UNIQUE (${text})`),
    ...(isNumbered(table) ? ["AUTOINCREMENT"] : []),
    ...table.foreignKeys.map(
      (key, i) =>
        `FOREIGN KEY (${key.from.map(fold).join(", ")}) REFERENCES ${fold(key.parent)} ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}${deferred[i] === true ? " DEFERRABLE INITIALLY DEFERRED" : ""}`,
    ),
  ];
}

/** Whether its numbers are AUTOINCREMENT ones, which are never given twice. */
export const isNumbered = (table: Table): boolean =>
  tokens(table.sql).some((token) => token.keyword === "AUTOINCREMENT");

/** Columns that are unique together. */
export interface UniqueSet {
  /** Folded names. */
  readonly columns: readonly string[];
  /** Each as an expression: `"email" COLLATE NOCASE`. */
  readonly terms: readonly string[];
  /** `email collate nocase, team`. */
  readonly text: string;
}

/** The column sets that are unique by constraint or primary key, or by an index without a condition. */
export const uniqueSets = (table: Table): readonly UniqueSet[] =>
  table.indexes
    .filter((index) => index.unique && !index.partial && index.origin !== "c")
    .map(({ columns, collations }) => {
      const names = columns.map((column) => fold(column ?? "(expression)"));
      const rule = (i: number): string =>
        (collations[i] ?? "BINARY") === "BINARY" ? "" : ` COLLATE ${collations[i]}`;
      return {
        columns: names,
        terms: names.map((name, i) => quoted(name) + rule(i)),
        text: names.map((name, i) => name + rule(i).toLowerCase()).join(", "),
      };
    });

/** Whether uniqueness refuses more than before: not when it only gives up NOCASE or another way of comparing. */
export const isStricter = (before: Table, { columns, text }: UniqueSet): boolean =>
  !uniqueSets(before).some(
    (one) => one.text === text || (one.columns.join() === columns.join() && text === columns.join(", ")),
  );

/** A CHECK constraint, as written and as comparable text. */
export interface Check {
  readonly sql: string;
  readonly text: string;
  /** For `column IN (literals)`: which, folded and as written. */
  readonly choice: { readonly column: string; readonly values: readonly string[] } | undefined;
}

/** The CHECK constraints of a CREATE TABLE statement. */
export function checks(createSql: string): readonly Check[] {
  const all = tokens(createSql);
  return all.flatMap((token, i) => {
    if (token.keyword !== "CHECK" || all[i + 1]?.text !== "(") return [];
    const inside = within(all, i + 1);
    const first = inside[0];
    const last = inside.at(-1);
    if (first === undefined || last === undefined) return [];
    const sql = createSql.slice(first.start, last.end);
    return [{ sql, text: normalised(sql), choice: choiceOf(inside) }];
  });
}

function choiceOf(all: readonly Token[]): Check["choice"] {
  const [column, word, open, ...rest] = all[1]?.text === "." ? all.slice(2) : all;
  if (column === undefined || word?.keyword !== "IN" || open?.text !== "(" || rest.at(-1)?.text !== ")")
    return undefined;
  const values = list(rest.slice(0, -1)).map((part) => part[0]);
  const isWritten = values.every((value) => value?.kind === "string" || value?.kind === "number");
  if (!isWritten || rest.length !== 2 * values.length) return undefined;
  return { column: fold(column.text), values: values.map((value) => value?.text ?? "") };
}

/** Whether a CHECK lets everything pass that another one does: the same, or a list with more values. */
export const allows = (check: Check, other: Check): boolean =>
  check.text === other.text ||
  (check.choice !== undefined &&
    check.choice.column === other.choice?.column &&
    other.choice.values.every((value) => check.choice?.values.includes(value) === true));

/** Whether the key of a CREATE INDEX, in an expression too, has a column that `before` does not have. */
export function keyNamesNew(createIndexSql: string, before: Table, after: Table): boolean {
  const all = tokens(createIndexSql);
  const has = (table: Table, name: string): boolean =>
    table.columns.some((column) => fold(column.name) === fold(name));
  return within(
    all,
    all.findIndex(({ text, kind }) => text === "(" && kind === "sign"),
  ).some(({ kind, text }) => (kind === "word" || kind === "name") && has(after, text) && !has(before, text));
}
