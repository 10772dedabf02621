import { type Database, rows } from "../../migrations/database/database.ts";
import { schemaObjects } from "../../migrations/sql/schema-guard.ts";
import { quoted } from "../../migrations/sql/structure.ts";
import { isVirtualTable, virtualParts } from "../../migrations/sql/virtual-tables.ts";
import { restoring } from "../d1/schema.ts";

const everything =
  "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

/**
 * Drops everything that a database has, Lockstep's own tables too, in one request.
 *
 * @param guard a statement that fails where it is not the database that was meant; left out where an earlier copy was killed in it
 */
export async function emptyWhole(database: Database, guard: string): Promise<void> {
  const [found = []] = await rows(database, [everything]);
  const schema = schemaObjects(found);
  if (schema.length === 0) return;
  const isHalf = schema.some(({ name }) => name === restoring);
  const parts = new Set(virtualParts(schema));
  const names = (type: string): readonly string[] =>
    schema.filter((object) => object.type === type).map(({ name }) => name);
  const tables = schema
    .filter(({ type, name }) => type === "table" && !parts.has(name))
    // A search table takes its own tables with it.
    .toSorted((a, b) => Number(isVirtualTable(b)) - Number(isVirtualTable(a)));
  await rows(database, [
    ...(isHalf ? [] : [guard]),
    "PRAGMA defer_foreign_keys = ON",
    ...names("trigger").map((name) => `DROP TRIGGER IF EXISTS ${quoted(name)}`),
    ...names("view").map((name) => `DROP VIEW IF EXISTS ${quoted(name)}`),
    ...tables.map(({ name }) => `DROP TABLE IF EXISTS ${quoted(name)}`),
  ]);
}
