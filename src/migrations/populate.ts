import type { DatabaseSync } from "node:sqlite";
import type { Catalog } from "./catalog.ts";
import { affinity, type Column, quoted, type Table } from "./structure.ts";

/**
 * Puts two rows into each table that has none, so that statements meet data: on an empty table SQLite lets much pass that
 * fails on a full one. Row n holds n in every column, so keys are unique and most foreign keys find their parent.
 * Tables whose rows cannot be made up so simply stay empty; the linter then learns less, never something wrong.
 */
export function populate(db: DatabaseSync, catalog: Catalog): void {
  db.exec("COMMIT; PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN");
  const triggers = catalog.objects.filter((object) => object.type === "trigger");
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${quoted(trigger.name)}`);
  for (const table of catalog.tables()) if (!table.virtual) fill(db, table);
  for (const trigger of triggers) db.exec(trigger.sql);
  db.exec("COMMIT; PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF; BEGIN");
}

function fill(db: DatabaseSync, table: Table): void {
  const columns = table.columns.filter((column) => column.kind === "plain");
  if (columns.length === 0) return;
  const names = columns.map((column) => quoted(column.name)).join(", ");
  const row = (n: number): string => `(${columns.map((column) => value(column, n)).join(", ")})`;
  try {
    db.exec(
      `INSERT INTO ${quoted(table.name)} (${names}) SELECT * FROM (VALUES ${row(1)}, ${row(2)}) WHERE NOT EXISTS (SELECT 1 FROM ${quoted(table.name)})`,
    );
  } catch {
    // A generated column that is unique, an index on an expression …: such a table stays empty.
  }
}

function value(column: Column, n: number): string {
  const kind = affinity(column.type);
  switch (kind) {
    case "INTEGER":
    case "NUMERIC":
      return String(n);
    case "REAL":
      return `${n}.0`;
    case "TEXT":
      return `'${n}'`;
    case "BLOB":
      return column.type === "BLOB" ? `x'3${n}'` : String(n);
    default:
      return kind satisfies never;
  }
}
