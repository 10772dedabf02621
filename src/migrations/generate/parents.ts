import type { DatabaseSync } from "node:sqlite";
import { type ForeignKey, quoted, type Table } from "../sql/structure.ts";
import type { Value } from "./made-up.ts";

/** The columns of the parent that a reference means: those that it names, or the primary key. */
export function parentColumns({ to }: ForeignKey, parent: Table): readonly string[] {
  const primary = parent.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name);
  return to.map((name, i) => name ?? primary[i] ?? "rowid");
}

/** What a reference can point to: the values of each row of the parent in which none is NULL. */
export function parentKeys(db: DatabaseSync, key: ForeignKey, parent: Table): readonly (readonly Value[])[] {
  const columns = parentColumns(key, parent).map(quoted);
  const found = db.prepare(
    `SELECT ${columns.join(", ")} FROM ${quoted(parent.name)} WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(" AND ")}`,
  );
  found.setReadBigInts(true);
  found.setReturnArrays(true);
  return found.all().map((row) => columns.map((_, i) => Object.values(row)[i] ?? null));
}
