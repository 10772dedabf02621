import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { isSystem } from "../shadow/replay.ts";
import type { Shadow } from "../shadow/shadow.ts";
import { type Column, fold, readTable, rowids, sameName, type Table } from "../sql/structure.ts";

/** What somebody wants: `notes.text=body`. */
export interface RenameRequest {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** A column on its way to another name. */
export interface Renaming {
  /** As it is before the first file. */
  readonly table: Table;
  readonly column: Column;
  readonly to: string;
  /** The columns by which a trigger finds its row again. */
  readonly key: readonly string[];
  /** A name that nothing on the table has, for the moment in which the two change places. */
  readonly between: string;
}

/** The column and its table, or why it cannot be renamed in steps. */
export function renamingOf(shadow: Shadow, request: RenameRequest): Renaming | Diagnostic {
  const { table: name, from, to } = request;
  const where = `${name}.${from}`;
  const table = readTable(shadow.trusted, name);
  if (table === undefined || isSystem(name)) return noTable(shadow, name);
  if (table.virtual)
    return {
      what: "A search table's column cannot be renamed in steps",
      where,
      got: table.sql,
      expected: "a column of an ordinary table",
      fix: "make a search table of another name beside it, fill it, release code that reads that one, and drop this one in a contract file",
    };
  const column = table.columns.find((each) => sameName(each.name, from));
  if (column === undefined)
    return {
      what: "There is no such column",
      where,
      got: from,
      expected: `one of ${namesOf(table)}`,
      fix: "correct the name",
    };
  if (column.kind !== "plain")
    return {
      what: "A generated column is renamed without copying: nothing writes it",
      where,
      got: `${column.name}, which is computed from others`,
      expected: "a column that code writes",
      fix: `write two files by hand: ALTER TABLE ${name} ADD COLUMN ${to} GENERATED ALWAYS AS (${column.name}) VIRTUAL, and code that reads it; then in a contract file DROP COLUMN ${to} and RENAME COLUMN ${column.name} TO ${to}`,
    };
  const taken = table.columns.find((each) => sameName(each.name, to));
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to) || taken !== undefined || rowids.includes(fold(to)))
    return {
      what: "The column cannot have that name",
      where,
      got: to,
      expected: `letters, digits and _, and none of ${namesOf(table)}, ${rowids.join(", ")}`,
      fix: "choose another name",
    };
  const key = keyOf(table);
  if (key.length === 0)
    return {
      what: "A trigger could not tell which row it is about",
      where: table.name,
      got: `columns that take every name of the row's number: ${rowids.join(", ")}`,
      expected: "one of these names to be no column",
      fix: "rename by hand: add the column, release code that writes both, copy, release code that uses the new one alone, drop the old one in a contract file",
    };
  return { table, column, to, key, between: freeColumn(table, `${to}_before`) };
}

function noTable(shadow: Shadow, name: string): Diagnostic {
  const schema = shadow.schema();
  const isView = schema.some(({ type, name: each }) => type === "view" && sameName(each, name));
  return {
    what: isView ? "A view's column is renamed by another view" : "There is no such table",
    where: name,
    got: name,
    expected: `a table that the files make: ${schema
      .filter(({ type }) => type === "table")
      .map((each) => each.name)
      .join(", ")}`,
    fix: isView
      ? "write a view of another name, release code that reads it, and drop this one in a contract file"
      : "correct the name",
  };
}

function keyOf(table: Table): readonly string[] {
  if (table.withoutRowid)
    return table.columns
      .filter(({ primaryKey }) => primaryKey > 0)
      .toSorted((a, b) => a.primaryKey - b.primaryKey)
      .map(({ name }) => name);
  return rowids.filter((name) => !table.columns.some((column) => sameName(column.name, name))).slice(0, 1);
}

function freeColumn(table: Table, wanted: string): string {
  let name = wanted;
  for (let n = 2; table.columns.some((column) => sameName(column.name, name)); n++) name = `${wanted}${n}`;
  return name;
}

const namesOf = (table: Table): string => table.columns.map(({ name }) => name).join(", ");

/** Whether it is the number of its row under a name of its own: never NULL, whatever is written. */
export const isRowNumber = ({ withoutRowid, columns }: Table, { primaryKey, type }: Column): boolean =>
  !withoutRowid &&
  primaryKey === 1 &&
  type === "INTEGER" &&
  columns.filter((each) => each.primaryKey > 0).length === 1;
