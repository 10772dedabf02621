import { z } from "zod";
import { type Database, rows } from "../database/database.ts";
import { isVirtualTable, openShadow, virtualParts } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { quoted, readTable, type Table } from "../sql/structure.ts";

/** Rows in a request; D1 answers with at most some megabytes. */
const rowsAPage = 500;

const page = z.array(z.object({ at: z.number(), line: z.string() }));

/** Whether a database has virtual tables (FTS5, say): `/export` refuses it, and was seen to leave it unreachable afterwards. */
export const hasVirtualTables = (schema: readonly SchemaObject[]): boolean => schema.some(isVirtualTable);

/**
 * A database as SQL text, read with SELECTs alone, page by page: for one that must not be exported. What is written meanwhile may be in one table
 * and not yet in another. Search tables over another table's content are rebuilt, all others are filled with their own rows.
 */
export async function copyText(database: Database, schema: readonly SchemaObject[]): Promise<string> {
  const parts = new Set(virtualParts(schema));
  const own = schema.filter(({ type, name }) => type === "table" && !parts.has(name));
  const tables = tablesOf(schema, own);
  const created = (virtual: boolean): readonly string[] =>
    own.filter((table) => isVirtualTable(table) === virtual).map(({ sql }) => sql);
  const lines = [...created(false)];
  for (const table of tables.filter((each) => !each.virtual)) lines.push(...(await inserts(database, table)));
  lines.push(...created(true));
  for (const table of tables.filter((each) => each.virtual))
    if (/\bcontent\s*=/i.test(table.sql))
      lines.push(`INSERT INTO ${quoted(table.name)}(${quoted(table.name)}) VALUES ('rebuild')`);
    else lines.push(...(await inserts(database, table)));
  // Triggers come last, so that none of them fires for a copied row.
  for (const kind of ["index", "view", "trigger"])
    lines.push(...schema.filter(({ type }) => type === kind).map(({ sql }) => sql));
  return lines.map((line) => `${line};\n`).join("");
}

/** The structure of those tables of the schema. */
function tablesOf(schema: readonly SchemaObject[], own: readonly SchemaObject[]): readonly Table[] {
  const shadow = openShadow(schema);
  try {
    return own.flatMap(({ name }) => readTable(shadow.trusted, name) ?? []);
  } finally {
    shadow.close();
  }
}

async function inserts(database: Database, table: Table): Promise<readonly string[]> {
  const plain = table.columns.filter(({ kind }) => kind === "plain").map(({ name }) => quoted(name));
  const columns = table.virtual ? ["rowid", ...plain] : plain;
  const values = columns.map((column) => `quote(${column})`).join(" || ', ' || ");
  const lines: string[] = [];
  for (let after: number | undefined, got = rowsAPage, skipped = 0; got === rowsAPage; skipped += got) {
    // Without a rowid there is no number to go on from.
    const select = table.withoutRowid
      ? `SELECT 0 AS at, ${values} AS line FROM ${quoted(table.name)} LIMIT ${rowsAPage} OFFSET ${skipped}`
      : `SELECT rowid AS at, ${values} AS line FROM ${quoted(table.name)}${after === undefined ? "" : ` WHERE rowid > ${after}`} ORDER BY rowid LIMIT ${rowsAPage}`;
    const found = page.parse((await rows(database, [select]))[0]);
    for (const { line } of found)
      lines.push(`INSERT INTO ${quoted(table.name)}(${columns.join(", ")}) VALUES (${line})`);
    after = found.at(-1)?.at;
    got = found.length;
  }
  return lines;
}
