import type { Database } from "../../migrations/database/database.ts";
import { literal } from "../../migrations/sql/literals.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { quoted } from "../../migrations/sql/structure.ts";
import { isVirtualTable } from "../../migrations/sql/virtual-tables.ts";
import { type Dump, dump } from "./dump.ts";

/** A database as one SQL text for SQLite, where foreign keys are not looked at while it runs. */
export interface DatabaseText {
  readonly sql: string;
  readonly rows: number;
  readonly consistency: Dump["consistency"];
}

/**
 * A copy of a database for this machine, read as a backup reads it: in pages by its keys, while others write. Search tables over another table's
 * text are built from it again. All of it is in memory.
 * @param sizeBytes of its file
 * @param schema what of it is wanted: a table that is not in here is left out, with its rows
 */
export async function databaseText(
  database: Database,
  sizeBytes: number,
  schema: readonly SchemaObject[],
): Promise<DatabaseText> {
  const named = new Set(schema.map(({ name }) => name));
  const wanted = (name: string): boolean => named.has(name);
  let plain: string[] = [];
  let virtual: string[] = [];
  const read = await dump(database, sizeBytes, async (pages) => {
    [plain, virtual] = [[], []];
    for await (const { table, rows } of pages) {
      if (!wanted(table.name)) continue;
      const into = `INSERT INTO ${quoted(table.name)}(${table.columns.join(", ")}) VALUES`;
      const lines = table.virtual ? virtual : plain;
      for (const row of rows) lines.push(`${into} (${row})`);
    }
  });
  const tables = read.tables.filter(({ name }) => wanted(name));
  const made = (type: string): readonly SchemaObject[] =>
    read.schema.filter((each) => each.type === type && wanted(each.name));
  const created = (isVirtual: boolean): readonly string[] =>
    made("table")
      .filter((each) => isVirtualTable(each) === isVirtual)
      .map(({ sql }) => sql);
  const counters = Object.entries(read.sequences).filter(([table]) => wanted(table));
  const statements = [
    ...created(false),
    ...plain,
    ...created(true),
    ...virtual,
    ...tables
      .filter(({ content }) => content.kind === "rebuilt")
      .map(({ name }) => `INSERT INTO ${quoted(name)}(${quoted(name)}) VALUES ('rebuild')`),
    ...(counters.length === 0 ? [] : ["DELETE FROM sqlite_sequence"]),
    ...counters.map(
      ([table, last]) => `INSERT INTO sqlite_sequence(name, seq) VALUES (${literal(table)}, ${last})`,
    ),
    // Triggers come last, so that none of them fires for a copied row.
    ...["index", "view", "trigger"].flatMap((type) => made(type).map(({ sql }) => sql)),
  ];
  return {
    sql: statements.map((statement) => `${statement};\n`).join(""),
    rows: plain.length + virtual.length,
    consistency: read.consistency,
  };
}
