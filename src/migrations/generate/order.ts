import { fold, sameName, type Table } from "../sql/structure.ts";

/** Tables in an order in which each comes after those that it refers to; where they refer to each other in a circle, as they are given. */
export function parentsFirst(tables: readonly Table[]): readonly Table[] {
  const waiting = [...tables];
  const placed: Table[] = [];
  const isWaiting = (name: string): boolean => waiting.some((table) => sameName(table.name, name));
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ name, foreignKeys }) =>
      foreignKeys.every(({ parent }) => sameName(parent, name) || !isWaiting(parent)),
    );
    placed.push(...waiting.splice(Math.max(next, 0), 1));
  }
  return placed;
}

/** The names of tables that come before this one, as SQLite compares names. */
export const before = (tables: readonly Table[], table: Table): ReadonlySet<string> =>
  new Set(tables.slice(0, tables.indexOf(table)).map(({ name }) => fold(name)));
