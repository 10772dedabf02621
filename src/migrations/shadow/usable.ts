import type { DatabaseSync } from "node:sqlite";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, quoted, sameName, type Table } from "../sql/structure.ts";
import type { Catalog } from "./catalog.ts";
import { fireTriggers } from "./fire-triggers.ts";

/** A statement on a table or view that SQLite cannot carry out, whatever the rows are. */
export interface Unusable {
  readonly name: string;
  /** As a person would say it: `INSERT INTO orders`. */
  readonly use: string;
  /** SQLite's message, or what of the declaration forbids it. */
  readonly error: string;
}

/**
 * Tries every use of the named tables and views. Preparing a statement compiles the bodies of the triggers that it fires and
 * looks its foreign keys up. Carried out are only the SELECT of a virtual table, which finds its content only then, and triggers.
 */
export const unusable = (
  db: DatabaseSync,
  catalog: Catalog,
  folded: ReadonlySet<string>,
): readonly Unusable[] => [
  ...catalog
    .tables()
    .filter(({ name }) => folded.has(fold(name)))
    .flatMap((table) => {
      const uses = [...tableUses(db, table), ...impossibleActions(table)];
      if (uses.length > 0) return uses;
      const fired = fireTriggers(db, table, triggersOf(catalog, table.name));
      return fired.map((one) => ({ name: table.name, ...one }));
    }),
  ...catalog.objects
    .filter(({ type, name }) => type === "view" && folded.has(fold(name)))
    .flatMap(({ name }) => viewUses(db, name, catalog)),
];

const triggersOf = (catalog: Catalog, name: string): readonly SchemaObject[] =>
  catalog.objects.filter(({ type, tableName }) => type === "trigger" && sameName(tableName, name));

function tableUses(db: DatabaseSync, { name, columns, virtual }: Table): readonly Unusable[] {
  const id = quoted(name);
  const written = columns.filter(({ kind }) => kind === "plain").map((column) => column.name);
  return [
    ...tried(db, name, `SELECT FROM ${name}`, `SELECT * FROM ${id} LIMIT 1`, virtual),
    ...tried(db, name, `INSERT INTO ${name}`, `INSERT INTO ${id} DEFAULT VALUES`),
    ...updates(db, name, written),
    ...tried(db, name, `DELETE FROM ${name}`, `DELETE FROM ${id}`),
  ];
}

function viewUses(db: DatabaseSync, name: string, catalog: Catalog): readonly Unusable[] {
  const id = quoted(name);
  const read = tried(db, name, `SELECT FROM ${name}`, `SELECT * FROM ${id} LIMIT 1`);
  if (read.length > 0 || triggersOf(catalog, name).length === 0) return read;
  return [
    ...tried(db, name, `INSERT INTO ${name}`, `INSERT INTO ${id} DEFAULT VALUES`),
    ...updates(db, name, catalog.viewColumns(name)),
    ...tried(db, name, `DELETE FROM ${name}`, `DELETE FROM ${id}`),
  ];
}

/** All columns in one statement, and only where that fails one by one: a trigger may be for some of them. */
function updates(db: DatabaseSync, name: string, columns: readonly string[]): readonly Unusable[] {
  if (columns.length === 0) return [];
  const statement = (of: readonly string[]): string =>
    `UPDATE ${quoted(name)} SET ${of.map((column) => `${quoted(column)} = ${quoted(column)}`).join(", ")}`;
  if (tried(db, name, "", statement(columns)).length === 0) return [];
  return columns.flatMap((column) => tried(db, name, `UPDATE ${name} SET ${column}`, statement([column])));
}

/**
 * A view without the trigger for it, or a virtual table that is only read, is not written: that is no fault of it. And a long
 * chain of cascades is a matter of D1's limits and of the rows.
 */
const neverMeant =
  /may not be modified|cannot modify .* because it is a view|cannot UPSERT a view|triggers nested too deep/i;

function tried(
  db: DatabaseSync,
  name: string,
  use: string,
  sql: string,
  carriedOut = false,
): readonly Unusable[] {
  try {
    const statement = db.prepare(sql);
    if (carriedOut) statement.all();
    return [];
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    return neverMeant.test(error) ? [] : [{ name, use, error }];
  }
}

/** What a foreign key does to its own table and the table's declaration forbids: deleting or renumbering a parent fails then. */
function impossibleActions(table: Table): readonly Unusable[] {
  return table.foreignKeys.flatMap((key) =>
    (["onDelete", "onUpdate"] as const).flatMap((when) => {
      const action = key[when];
      const forbidden = key.from.filter((name) => {
        const column = table.columns.find((one) => sameName(one.name, name));
        if (column === undefined || !isNeverNull(table, column.name)) return false;
        const isNull = column.defaultSql === undefined || /^\(*\s*null\s*\)*$/i.test(column.defaultSql);
        return action === "SET NULL" || (action === "SET DEFAULT" && isNull);
      });
      if (forbidden.length === 0) return [];
      const verb = when === "onDelete" ? "DELETE FROM" : "UPDATE";
      const on = when === "onDelete" ? "ON DELETE" : "ON UPDATE";
      return [
        {
          name: table.name,
          use: `${verb} ${key.parent} where ${table.name} refers to it`,
          error: `${on} ${action} puts NULL into ${forbidden.map((name) => `${table.name}.${name}`).join(", ")}, which cannot hold it`,
        },
      ];
    }),
  );
}

/** Whether a column can hold no NULL: NOT NULL, the row's number, or the key of a table WITHOUT ROWID. */
const isNeverNull = (table: Table, name: string): boolean =>
  table.columns.some(
    (column) =>
      sameName(column.name, name) &&
      (column.notNull ||
        (column.primaryKey > 0 && table.withoutRowid) ||
        (column.primaryKey === 1 &&
          column.type === "INTEGER" &&
          table.columns.every(({ primaryKey }) => primaryKey < 2))),
  );
