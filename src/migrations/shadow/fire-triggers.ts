import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { quoted, type Table } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";

/** A statement whose triggers fail when they run. */
export interface Failed {
  readonly use: string;
  readonly error: string;
}

/**
 * Fires a table's triggers with the rows that it has, and takes everything back. Of what goes wrong only a missing value
 * counts (`NOT NULL constraint failed` in the table that a trigger writes): what else fails may be due to made-up rows.
 */
export function fireTriggers(
  db: DatabaseSync,
  table: Table,
  triggers: readonly SchemaObject[],
): readonly Failed[] {
  // RAISE(ROLLBACK) would take back more than this.
  const isSafe = !triggers.some(({ sql }) => tokens(sql).some(({ keyword }) => keyword === "ROLLBACK"));
  const columns = table.columns.filter(({ kind }) => kind === "plain").map(({ name }) => quoted(name));
  if (triggers.length === 0 || !isSafe || columns.length === 0) return [];
  const { name } = table;
  const id = quoted(name);
  db.exec("SAVEPOINT fire_triggers");
  try {
    const row: Readonly<Record<string, SQLInputValue>> | undefined = db
      .prepare(`SELECT ${columns.join(", ")} FROM ${id} LIMIT 1`)
      .get();
    if (row === undefined) return [];
    const again = `INSERT INTO ${id} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    return [
      ...failing(
        db,
        table,
        `UPDATE ${name}`,
        `UPDATE ${id} SET ${columns.map((c) => `${c} = ${c}`).join(", ")}`,
      ),
      ...failing(db, table, `DELETE FROM ${name}`, `DELETE FROM ${id}`),
      ...failing(db, table, `INSERT INTO ${name}`, again, Object.values(row)),
    ];
  } finally {
    db.exec("ROLLBACK TO fire_triggers; RELEASE fire_triggers");
  }
}

function failing(
  db: DatabaseSync,
  { name }: Table,
  use: string,
  sql: string,
  values: readonly SQLInputValue[] = [],
): readonly Failed[] {
  try {
    db.prepare(sql).run(...values);
    return [];
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    const isOthers = error.startsWith("NOT NULL constraint failed:") && !error.includes(` ${name}.`);
    return isOthers ? [{ use, error: `a trigger leaves out a value: ${error}` }] : [];
  }
}
