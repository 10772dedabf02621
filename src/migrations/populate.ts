import type { DatabaseSync } from "node:sqlite";
import type { Catalog } from "./catalog.ts";
import { affinity, type Column, quoted, type Table } from "./structure.ts";

/**
 * Puts two rows into each table that has none, so that statements meet data: on an empty table SQLite lets much pass that
 * fails on a full one. Row n holds n in every column, so keys are unique and most foreign keys find their parent.
 * Tables whose rows cannot be made up so simply stay empty; the linter then learns less, never something wrong.
 */
export function populate(db: DatabaseSync, catalog: Catalog): void {
  unguarded(db, catalog, () => {
    for (const table of catalog.tables()) if (!table.virtual) fill(db, table);
  });
}

/** Takes all rows out again: to see whether a statement that fails is at fault itself, or only meets rows. */
export function empty(db: DatabaseSync, catalog: Catalog): void {
  unguarded(db, catalog, () => {
    for (const table of catalog.tables()) if (!table.virtual) db.exec(`DELETE FROM ${quoted(table.name)}`);
  });
}

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
