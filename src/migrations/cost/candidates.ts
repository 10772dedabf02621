import { fold, quoted, sameName, type Table } from "../sql/structure.ts";
import { type Token, tokens, topLevel } from "../sql/tokens.ts";

/** One column of an index that may help, as its SQL; and the column's name. */
export interface Term {
  readonly sql: string;
  readonly column: string;
}

/** More than so many columns of one kind are not tried together: each more that is tried makes all of it slower. */
const mostColumns = 4;

/**
 * Indexes of a table that a statement might be served by: over what it compares, then over a range, then over its order. Which of them
 * it is served by, SQLite says; so what does not belong here costs only time.
 * @param views the texts of the views that it may read
 */
export function candidates(
  sql: string,
  table: Table,
  views: readonly string[],
): readonly (readonly Term[])[] {
  const asked = [sql, ...views].map((text) => askedColumns(text, table));
  const equal = distinct(asked.flatMap((one) => one.equal)).slice(0, mostColumns);
  const ranges = distinct(asked.flatMap((one) => one.ranges)).slice(0, mostColumns);
  const orders = asked.map(({ order }) => order.slice(0, mostColumns)).filter((order) => order.length > 0);
  const all = [
    equal,
    ...orders.map((order) => [...equal, ...order]),
    ...ranges.map((range) => [...equal, range]),
    ...equal.map((one) => [one]),
    ...equal.flatMap((one) => orders.map((order) => [one, ...order])),
    ...ranges.map((one) => [one]),
    ...orders,
    // What deletes a parent looks for its children, whom its text does not name.
    ...(isNamed(sql, table) ? [] : table.foreignKeys.map(({ from }) => from.map(plain))),
  ].map(distinct);
  return [...new Map(all.filter((one) => one.length > 0).map((one) => [textOf(one), one])).values()];
}

/** `"user_id", "created_at" DESC`. */
export const textOf = (terms: readonly Term[]): string => terms.map(({ sql }) => sql).join(", ");

const plain = (column: string): Term => ({ sql: nameSql(column), column });

/** A name as people write it, where it needs no quotes. */
export const nameSql = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name));

/** The first of each column stays: an index has it once. */
const distinct = (terms: readonly Term[]): readonly Term[] =>
  terms.filter((term, i) => terms.findIndex(({ column }) => sameName(column, term.column)) === i);

const isName = ({ kind }: Token): boolean => kind === "word" || kind === "name";

const isNamed = (sql: string, { name }: Table): boolean =>
  tokens(sql).some((token) => isName(token) && sameName(token.text, name));

interface AskedColumns {
  readonly equal: readonly Term[];
  readonly ranges: readonly Term[];
  readonly order: readonly Term[];
}

const equals: ReadonlySet<string> = new Set(["=", "==", "IS", "IN"]);
const compares: ReadonlySet<string> = new Set(["<", ">", "<=", ">=", "BETWEEN", "GLOB"]);
const said = (token: Token | undefined): string => (token === undefined ? "" : token.keyword || token.text);

function askedColumns(sql: string, table: Table): AskedColumns {
  const all = tokens(sql);
  const callers = new Set([fold(table.name), ...aliases(all, table)]);
  const assigned = assignments(all);
  const equal: Term[] = [];
  const ranges: Term[] = [];
  const order: Term[] = [];
  for (const [i, token] of all.entries()) {
    const column = isName(token)
      ? table.columns.find(({ name }) => sameName(name, token.text))?.name
      : undefined;
    if (column === undefined || said(all[i + 1]) === "(" || assigned.has(i)) continue;
    const isQualified = said(all[i - 1]) === ".";
    if (isQualified && !callers.has(fold(all[i - 2]?.text ?? ""))) continue;
    const first = isQualified ? i - 2 : i;
    const wrapped =
      said(all[first - 1]) === "(" && said(all[i + 1]) === ")" && all[first - 2]?.kind === "word";
    const call = wrapped ? (all[first - 2]?.text ?? "") : "";
    if (/^(max|min)$/i.test(call)) order.push(plain(column));
    const isCall = wrapped && all[first - 2]?.keyword !== "IN" && !/^(max|min|count|sum)$/i.test(call);
    const term = isCall ? { sql: `${call}(${nameSql(column)})`, column } : plain(column);
    const before = said(all[(isCall ? first - 2 : first) - 1]);
    const collated = said(all[i + 1]) === "COLLATE" ? said(all[i + 2]) : undefined;
    const after = said(all[i + (isCall ? 2 : collated === undefined ? 1 : 3)]);
    const asCompared = collated === undefined ? term : { sql: `${term.sql} COLLATE ${collated}`, column };
    if (after === "LIKE") ranges.push({ sql: `${term.sql} COLLATE NOCASE`, column });
    else if (equals.has(after) || equals.has(before)) equal.push(asCompared);
    else if (compares.has(after) || compares.has(before)) ranges.push(asCompared);
    else if (inOrder(all, i))
      order.push(said(all[i + 1]) === "DESC" ? { sql: `${asCompared.sql} DESC`, column } : asCompared);
  }
  return { equal, ranges, order };
}

/** `FROM notes AS n`, `JOIN notes n`. */
const aliases = (all: readonly Token[], { name }: Table): readonly string[] =>
  all.flatMap((token, i) => {
    if (!isName(token) || !sameName(token.text, name)) return [];
    const next = all[i + 1]?.keyword === "AS" ? all[i + 2] : all[i + 1];
    return next !== undefined && isName(next) ? [fold(next.text)] : [];
  });

/** What stands between SET and WHERE is written, not asked. */
function assignments(all: readonly Token[]): ReadonlySet<number> {
  const written = new Set<number>();
  for (let from = topLevel(all, "SET"); from >= 0; from = topLevel(all, "SET", from + 1)) {
    const end = ["WHERE", "FROM", "RETURNING"]
      .map((word) => topLevel(all, word, from))
      .filter((at) => at > 0);
    const until = Math.min(all.length, ...end);
    for (let i = from; i < until; i++) if (all[i]?.depth === all[from]?.depth) written.add(i);
  }
  return written;
}

/** Whether a column stands in the list behind ORDER BY or GROUP BY. */
function inOrder(all: readonly Token[], at: number): boolean {
  const { depth } = all[at] ?? { depth: 0 };
  for (let i = at - 1; i >= 0 && (all[i]?.depth ?? 0) >= depth; i--) {
    if (all[i]?.depth !== depth) continue;
    if (all[i]?.keyword === "BY") return true;
    if (["WHERE", "LIMIT", "SELECT", "FROM", "HAVING", "SET", "VALUES"].includes(all[i]?.keyword ?? ""))
      return false;
  }
  return false;
}
