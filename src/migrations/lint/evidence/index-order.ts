import { fold, type Index, type Table } from "../../sql/structure.ts";

/** One column of an index, with how it is compared and ordered; undefined for an expression. */
const term = (index: Index, i: number): string | undefined => {
  const column = index.columns[i];
  return column === undefined ? undefined : `${fold(column)} ${index.collations[i]} ${index.descending[i]}`;
};

/** Whether `index` has every row of its table, in an order that begins with that of `other`: what finds rows by that one finds them by this. */
export const beginsAs = (index: Index, other: Index): boolean =>
  !index.partial &&
  !other.partial &&
  other.columns.length <= index.columns.length &&
  other.columns.every((_, i) => term(other, i) !== undefined && term(other, i) === term(index, i));

/** The same order, no more and no less. */
export const isSameOrder = (one: Index, other: Index): boolean =>
  one.columns.length === other.columns.length && beginsAs(one, other);

/** Whether rows of a table are found by these columns, in any order, without going through all of it. */
export function findsBy(table: Table, columns: readonly string[]): boolean {
  const wanted = new Set(columns.map(fold));
  const key = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  // Its number itself: such a key has no index.
  if (key.length === 1 && key[0]?.type === "INTEGER" && wanted.size === 1 && wanted.has(fold(key[0].name)))
    return true;
  return table.indexes.some((index) => {
    const first = index.columns.slice(0, wanted.size);
    return (
      !index.partial &&
      first.length === wanted.size &&
      first.every((column) => column !== undefined && wanted.has(fold(column)))
    );
  });
}
