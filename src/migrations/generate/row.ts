import { type Column, type ForeignKey, fold, sameName, type Table } from "../sql/structure.ts";
import { draw, drawn } from "./draw.ts";
import { madeUp, type Value } from "./made-up.ts";

/** A reference of a table, and what it can point to. */
export interface Reference {
  readonly key: ForeignKey;
  readonly parents: readonly (readonly Value[])[];
}

/** What a row is made of. */
export interface Making {
  readonly table: Table;
  readonly references: readonly Reference[];
  /** What constraints name, by the column's folded name. */
  readonly allowed: ReadonlyMap<string, readonly Value[]>;
  /** Rows with the same key are the same rows. */
  readonly key: string;
}

/** Numbers of rows start here: far from those that a database gives out by itself. */
export const firstRowNumber = 1_000_001;

/**
 * The values of row `n` of a table, by column; what is left out is NULL. Each attempt makes another one of it.
 *
 * @param n from 0
 */
export function rowOf(making: Making, n: number, attempt: number): ReadonlyMap<string, Value> {
  const { table, references, allowed, key } = making;
  const number = (...words: readonly string[]): number =>
    draw(key, fold(table.name), String(n), String(attempt), ...words);
  const row = new Map<string, Value>();
  for (const [i, { key: reference, parents }] of references.entries()) {
    if (parents.length === 0) continue;
    // Where each parent has one child alone, one after the other is taken; else one is drawn.
    const at = isUnique(table, reference) ? n + attempt : number("reference", String(i));
    const values = drawn(parents, at);
    for (const [position, column] of reference.from.entries()) {
      const name = fold(column);
      if (!row.has(name)) row.set(name, values[position] ?? null);
    }
  }
  for (const column of table.columns) {
    const name = fold(column.name);
    if (column.kind !== "plain" || row.has(name)) continue;
    const refers = references.some(({ key: { from } }) => from.some((one) => sameName(one, column.name)));
    if (refers && !column.notNull) continue;
    row.set(
      name,
      value(table.name, column, allowed.get(name) ?? [], attempt, n, (word) => number(name, word)),
    );
  }
  return row;
}

function value(
  table: string,
  column: Column,
  allowed: readonly Value[],
  attempt: number,
  n: number,
  number: (word: string) => number,
): Value {
  // The first attempts take what constraints name; then either; a fifth of what may be NULL is.
  const named = allowed.length > 0 && (attempt < 5 || number("which") % 2 === 0);
  if (named) return drawn(allowed, number("allowed"));
  if (!column.notNull && column.primaryKey === 0 && number("null") % 5 === 0) return null;
  return column.type === "INTEGER" && column.primaryKey === 1
    ? firstRowNumber + n
    : madeUp(column, number("value"), table);
}

const isUnique = ({ indexes }: Table, { from }: ForeignKey): boolean =>
  indexes.some(
    ({ unique, partial, columns }) =>
      unique &&
      !partial &&
      columns.length <= from.length &&
      columns.every((column) => column !== undefined && from.some((one) => sameName(one, column))),
  );
