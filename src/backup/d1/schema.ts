import { type Database, rows } from "../../migrations/database/database.ts";
import { fingerprint } from "../../migrations/sql/fingerprint.ts";
import { reservedTables } from "../../migrations/sql/ledger-tables.ts";
import { literal } from "../../migrations/sql/literals.ts";
import { type SchemaObject, schemaObjects } from "../../migrations/sql/schema-guard.ts";
import { fold } from "../../migrations/sql/structure.ts";
import { virtualParts } from "../../migrations/sql/virtual-tables.ts";

/** Who holds a database at the moment is no part of what is in it; nor is what a restore keeps for itself. */
const passing = ["_mig_lock", "_mig_canary"];
/** What a restore in progress is called by. */
export const restoring = "_lockstep_restore";

const everything = `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
 AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE '${restoring.replaceAll("_", "\\_")}%' ESCAPE '\\' AND tbl_name NOT IN (${passing.map(literal).join(", ")}) ORDER BY rowid`;

/** Everything that a database has, in the order in which it was made: also the ledger, without what virtual tables make for themselves. */
export async function wholeSchema(database: Database): Promise<readonly SchemaObject[]> {
  const [found = []] = await rows(database, [everything]);
  const schema = schemaObjects(found);
  const parts = new Set(virtualParts(schema).map(fold));
  return schema.filter(({ name, tableName }) => !parts.has(fold(name)) && !parts.has(fold(tableName)));
}

/** The same checksum that the migrations' log has: without the tables of tools that migrate. */
export const fingerprintOf = (schema: readonly SchemaObject[]): string =>
  fingerprint(
    schema.filter(
      ({ tableName }) => !reservedTables.includes(tableName) && tableName !== "__drizzle_migrations",
    ),
  );

/** Table → the last number that `AUTOINCREMENT` gave, as text: it may be larger than a number of JSON. */
export async function sequences(
  database: Database,
  schema: readonly SchemaObject[],
): Promise<Readonly<Record<string, string>>> {
  const counting = schema.some(({ type, sql }) => type === "table" && /\bautoincrement\b/i.test(sql));
  if (!counting) return {};
  const [found = []] = await rows(database, [
    "SELECT name, CAST(seq AS TEXT) AS seq FROM sqlite_sequence ORDER BY name",
  ]);
  const named = new Set(schema.map(({ name }) => name));
  return Object.fromEntries(
    found.flatMap(({ name, seq }) =>
      typeof name === "string" && typeof seq === "string" && named.has(name) ? [[name, seq]] : [],
    ),
  );
}
