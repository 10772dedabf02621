import type { DatabaseSync } from "node:sqlite";
import { affinity, type Column, fold, quoted, sameName, type Table } from "../sql/structure.ts";
import type { Catalog } from "./catalog.ts";

/**
 * Puts two rows into each table that has none, so that statements meet data: on an empty table SQLite lets much pass that
 * fails on a full one. Row n has n in its keys, so they are unique and most foreign keys find their parent; no row leads
 * back to itself, neither by a reference nor by chance, or a recursive query would never end.
 * Tables whose rows cannot be made up so simply stay empty; the linter then learns less, never something wrong.
 */
export function populate(db: DatabaseSync, catalog: Catalog): void {
  unguarded(db, catalog, () => {
    const tables = catalog.tables();
    for (const table of tables) if (!table.virtual) fill(db, table, tables);
  });
}

/** Takes all rows out again, or those of one table: to see whether a statement that fails is at fault itself, or only meets rows. */
export function empty(db: DatabaseSync, catalog: Catalog, only?: string): void {
  unguarded(db, catalog, () => {
    for (const table of catalog.tables())
      if (!table.virtual && (only === undefined || sameName(table.name, only)))
        db.exec(`DELETE FROM ${quoted(table.name)}`);
  });
}

/** Takes down all rows, and gives what puts back into another schema what fits there: rows that earlier files insert are not forgotten. */
export function keepRows(db: DatabaseSync, catalog: Catalog): (after: Catalog) => void {
  const kept = catalog
    .tables()
    .filter(({ virtual }) => !virtual)
    .map((table) => {
      const columns = plainColumns(table);
      const all = db.prepare(`SELECT ${columns.map(quoted).join(", ") || "1"} FROM ${quoted(table.name)}`);
      all.setReadBigInts(true);
      return { name: table.name, columns, rows: all.all() };
    });
  return (after) =>
    unguarded(db, after, () => {
      for (const { name, columns, rows } of kept) {
        const table = after.table(name);
        if (table === undefined || table.virtual) continue;
        const there = plainColumns(table).filter((column) => columns.includes(column));
        if (there.length === 0) continue;
        const insert = db.prepare(
          `INSERT OR IGNORE INTO ${quoted(name)} (${there.map(quoted).join(", ")}) VALUES (${there.map(() => "?").join(", ")})`,
        );
        for (const row of rows) insert.run(...there.map((column) => row[column] ?? null));
      }
    });
}

const plainColumns = ({ columns }: Table): readonly string[] =>
  columns.filter(({ kind }) => kind === "plain").map(({ name }) => name);

/** Runs something with foreign keys, CHECKs and triggers out of the way; none of it shows to the statements of a file. */
function unguarded(db: DatabaseSync, catalog: Catalog, work: () => void): void {
  const deferred = Object.values(db.prepare("PRAGMA defer_foreign_keys").get() ?? {})[0] === 1;
  const triggers = catalog.objects.filter((object) => object.type === "trigger");
  db.exec(
    "PRAGMA defer_foreign_keys = OFF; COMMIT; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN",
  );
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${quoted(trigger.name)}`);
  work();
  for (const trigger of triggers) db.exec(trigger.sql);
  db.exec(
    `COMMIT; PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; BEGIN; PRAGMA defer_foreign_keys = ${deferred ? "ON" : "OFF"}`,
  );
}

function fill(db: DatabaseSync, table: Table, all: readonly Table[]): void {
  const columns = table.columns.filter((column) => column.kind === "plain");
  if (columns.length === 0) return;
  const names = columns.map((column) => quoted(column.name)).join(", ");
  const kinds = columns.map((column) =>
    leadsBack(table, column, all) ? "back" : isKey(table, column, all) ? "key" : "other",
  );
  const cell = (column: Column, i: number, n: number): string => {
    if (kinds[i] === "back" && !column.notNull) return "NULL";
    return value(column, kinds[i] === "key" ? n : n + 100 * (i + 1));
  };
  const row = (n: number): string => `(${columns.map((column, i) => cell(column, i, n)).join(", ")})`;
  try {
    db.exec(
      `INSERT INTO ${quoted(table.name)} (${names}) SELECT * FROM (VALUES ${row(1)}, ${row(2)}) WHERE NOT EXISTS (SELECT 1 FROM ${quoted(table.name)})`,
    );
  } catch {
    // A generated column that is unique, an index on an expression …: such a table stays empty.
  }
}

const has = (names: readonly (string | undefined)[], { name }: Column): boolean =>
  names.some((one) => one !== undefined && sameName(one, name));

/** A column by which rows find each other. */
const isKey = (table: Table, column: Column, all: readonly Table[]): boolean =>
  column.primaryKey > 0 ||
  table.foreignKeys.some(({ from }) => has(from, column)) ||
  all.some(({ foreignKeys }) =>
    foreignKeys.some(({ parent, to }) => sameName(parent, table.name) && has(to, column)),
  );

/** A reference from whose target other references lead to this table again. */
const leadsBack = (table: Table, column: Column, all: readonly Table[]): boolean =>
  column.primaryKey === 0 &&
  table.foreignKeys.some(
    ({ from, parent }) => has(from, column) && reaches(parent, table.name, all, new Set()),
  );

function reaches(from: string, to: string, all: readonly Table[], seen: Set<string>): boolean {
  if (sameName(from, to)) return true;
  if (seen.has(fold(from))) return false;
  seen.add(fold(from));
  const table = all.find(({ name }) => sameName(name, from));
  return table?.foreignKeys.some(({ parent }) => reaches(parent, to, all, seen)) === true;
}

function value({ type }: Column, n: number): string {
  const kind = affinity(type);
  switch (kind) {
    case "INTEGER":
    case "NUMERIC":
      return String(n);
    case "REAL":
      return `${n}.0`;
    case "TEXT":
      return `'${n}'`;
    case "BLOB":
      return type === "BLOB" ? `CAST('${n}' AS BLOB)` : String(n);
    default:
      return kind satisfies never;
  }
}
