import type { DatabaseSync } from "node:sqlite";
import { type Action, nameAt } from "../sql/action.ts";
import { sameName } from "../sql/structure.ts";
import { list, type Token, topLevel, within } from "../sql/tokens.ts";
import type { Event } from "./authorizer.ts";
import type { Catalog } from "./catalog.ts";

/** What `INSERT INTO … SELECT …` or `CREATE TABLE … AS SELECT …` puts into one column. */
export interface CopiedColumn {
  readonly into: string;
  /** The column whose values it takes over unchanged; undefined for any other expression. SQLite's own answer, also through sub-selects. */
  readonly from: { readonly table: string; readonly column: string } | undefined;
  /** As written. Empty for what `*` stands for. */
  readonly expression: readonly Token[];
}

/** A statement that copies rows, column by column, in SQLite's own pairing: by position. */
export interface Copy {
  readonly columns: readonly CopiedColumn[];
  /** The SELECT alone, with the WITH before the INSERT. */
  readonly select: string;
  /** Why rows may be left behind or doubled; undefined for all rows of one table, each once. */
  readonly partial: string | undefined;
  /** The one table that it reads when it is not partial. */
  readonly table: string | undefined;
}

/** Reads a copying statement, before it is carried out; undefined when it copies nothing, or does not fit the schema. */
export function readCopy(
  sql: string,
  action: Action,
  all: readonly Token[],
  before: Catalog,
  db: DatabaseSync,
): Copy | undefined {
  if ((action.kind !== "insert" && action.kind !== "create") || !action.select) return undefined;
  const verb = all.findIndex(
    (token) => token.depth === 0 && ["INSERT", "REPLACE", "CREATE"].includes(token.keyword),
  );
  const start = all.findIndex(
    (token, i) => i > verb && token.depth === 0 && ["SELECT", "WITH"].includes(token.keyword),
  );
  if (start < 0) return undefined;
  const end = ["RETURNING", "ON"].map((word) => upsertOrReturning(all, word, start)).filter((i) => i > 0);
  const select =
    sql.slice(all[0]?.start, all[verb]?.start) +
    sql.slice(all[start]?.start, all[Math.min(...end)]?.start ?? sql.length);
  const origins = originsOf(db, select);
  if (origins === undefined) return undefined;
  const expressions = termsOf(all, start, origins.length);
  const into = action.kind === "insert" ? targets(all, action.table, before) : undefined;
  return {
    select,
    ...source(action, all, start),
    columns: origins.map(({ name, column, table }, i) => ({
      into: into?.[i] ?? name,
      from: column === null || table === null ? undefined : { table, column },
      expression: expressions[i] ?? [],
    })),
  };
}

/** SQLite copies `INSERT INTO a SELECT * FROM b` page by page and asks its authorizer about no column of b. For the rules it reads all. */
export const copyEvents = (copy: Copy | undefined): readonly Event[] =>
  (copy?.columns ?? []).flatMap(({ from }) =>
    from === undefined
      ? []
      : [{ action: "READ", a: from.table, b: from.column, database: "main", source: "" }],
  );

/** `ON` as in ON CONFLICT: the ON of a join is part of the SELECT. */
const upsertOrReturning = (all: readonly Token[], word: string, from: number): number =>
  all.findIndex(
    (token, i) =>
      i > from &&
      token.depth === 0 &&
      token.keyword === word &&
      (word !== "ON" || all[i + 1]?.keyword === "CONFLICT"),
  );

function originsOf(db: DatabaseSync, select: string): ReturnType<typeof describe> | undefined {
  try {
    return describe(db, select);
  } catch {
    // It fails as a whole then, and that is what is reported.
    return undefined;
  }
}

const describe = (db: DatabaseSync, select: string) => db.prepare(select).columns();

/** The expressions of the select list, one a column; a `*` stands for as many columns as are left. */
function termsOf(all: readonly Token[], start: number, count: number): readonly (readonly Token[])[] {
  const select = topLevel(all, "SELECT", start);
  if (select < 0) return [];
  const first = ["DISTINCT", "ALL"].includes(all[select + 1]?.keyword ?? "") ? select + 2 : select + 1;
  const from = topLevel(all, "FROM", first);
  const terms = list(all.slice(first, from < 0 ? undefined : from));
  return terms.flatMap((term) =>
    term.at(-1)?.text === "*" ? Array<Token[]>(Math.max(0, count - terms.length + 1)).fill([]) : [term],
  );
}

/** The columns that an INSERT names, or all that can be written, in order. */
function targets(all: readonly Token[], table: string, before: Catalog): readonly string[] | undefined {
  const into = topLevel(all, "INTO");
  const open = all.findIndex((token, i) => i > into && token.depth === 0 && token.text === "(");
  const select = topLevel(all, "SELECT", into);
  if (open > 0 && open < select) {
    const close = all.findIndex((token, i) => i > open && token.depth === 0 && token.text === ")");
    return list(all.slice(open + 1, close)).map((part) => nameAt(part[0]));
  }
  return before
    .table(table)
    ?.columns.filter(({ kind }) => kind === "plain")
    .map(({ name }) => name);
}

const narrowing = [
  "WHERE",
  "LIMIT",
  "GROUP",
  "HAVING",
  "EXCEPT",
  "INTERSECT",
  "UNION",
  "JOIN",
  "WINDOW",
  "CONFLICT",
];

/** Only `SELECT … FROM table [AS alias] [ORDER BY …]` is sure to give every row once. */
function source(
  action: Action,
  all: readonly Token[],
  start: number,
): { readonly partial: string | undefined; readonly table: string | undefined } {
  const partly = (partial: string) => ({ partial, table: undefined });
  if (action.kind === "insert" && action.conflict !== "") return partly(`OR ${action.conflict}`);
  if (topLevel(all, "WITH") >= 0) return partly("WITH");
  const select = topLevel(all, "SELECT", start);
  if (all[select + 1]?.keyword === "DISTINCT") return partly("DISTINCT");
  const from = topLevel(all, "FROM", select);
  if (from < 0) return partly("no FROM");
  const word = narrowing.find((keyword) => topLevel(all, keyword, from) > 0);
  if (word !== undefined) return partly(word === "CONFLICT" ? "ON CONFLICT" : word);
  const rest = all.slice(from + 1);
  if (rest[0]?.text === "(" || rest[0]?.depth !== 0) return partly("a sub-select");
  if (rest.some((token) => token.kind === "sign" && token.depth === 0 && token.text === ",")) {
    const order = topLevel(rest, "ORDER");
    const comma = rest.findIndex((token) => token.depth === 0 && token.text === ",");
    if (order < 0 || comma < order) return partly("a second table");
  }
  const name = rest[1]?.text === "." ? rest[2] : rest[0];
  return { partial: undefined, table: nameAt(name) };
}

/** An expression without the name that AS, or nothing, gives it. */
function unnamed(expression: readonly Token[]): readonly Token[] {
  if (expression.at(-2)?.keyword === "AS") return expression.slice(0, -2);
  const [before, last] = expression.slice(-2);
  const named = last?.kind === "name" || (last?.kind === "word" && last.keyword !== "END");
  return named && (before?.text === ")" || before?.keyword === "END") ? expression.slice(0, -1) : expression;
}

/**
 * Whether a copied column has the old values of `column`: the column itself, with something in the place of its NULLs, or
 * with other values for rows that a CASE names.
 */
export function keepsValues(copied: CopiedColumn, table: string, column: string): boolean {
  const { from } = copied;
  if (from !== undefined) return sameName(from.table, table) && sameName(from.column, column);
  const expression = unnamed(copied.expression);
  const isColumn = (part: readonly Token[]): boolean => {
    const last = part.at(-1);
    const qualified = part.length === 3 && part[1]?.text === ".";
    return (
      (part.length === 1 || qualified) &&
      (last?.kind === "word" || last?.kind === "name") &&
      sameName(last.text, column)
    );
  };
  const [first] = expression;
  switch (first?.keyword) {
    case "CASE": {
      const otherwise = expression.findLastIndex((token) => token.keyword === "ELSE");
      return expression.at(-1)?.keyword === "END" && isColumn(expression.slice(otherwise + 1, -1));
    }
    case "COALESCE":
    case "IFNULL":
    case "NULLIF": {
      const given = within(expression, 1);
      const [value, other] = list(given);
      const named = first.keyword !== "NULLIF" || isValue(other ?? []);
      return named && given.length === expression.length - 3 && isColumn(value ?? []);
    }
    default:
      return false;
  }
}

const isValue = (part: readonly Token[]): boolean =>
  part.length === 1 && (part[0]?.kind === "string" || part[0]?.kind === "number");

/** Whether an expression cannot give NULL: a value written down, or `coalesce(…, value)`. */
export function neverNull({ from, expression }: CopiedColumn): boolean {
  const plain = unnamed(expression);
  if (from !== undefined) return false;
  if (!["COALESCE", "IFNULL"].includes(plain[0]?.keyword ?? "")) return isValue(plain);
  const given = within(plain, 1);
  return given.length === plain.length - 3 && isValue(list(given).at(-1) ?? []);
}

/** The text that fills a column because a name in double quotes is no column: SQLite takes it for a string. */
export function accidentalText(copied: CopiedColumn, before: Catalog, { table }: Copy): string | undefined {
  const [name, ...more] = unnamed(copied.expression);
  if (copied.from !== undefined || name?.kind !== "name" || more.length > 0 || table === undefined)
    return undefined;
  const columns = before.table(table)?.columns;
  return columns === undefined || columns.some((column) => sameName(column.name, name.text))
    ? undefined
    : name.text;
}
