import { DatabaseSync } from "node:sqlite";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { quoted } from "../../migrations/sql/structure.ts";
import type { Page } from "../d1/pages/page.ts";
import { isEarly } from "../d1/tables.ts";

/** What speaks against rows that are to be put in: the first of each table that SQLite refuses, and references that find nothing. */
export async function tried(
  file: string,
  schema: readonly SchemaObject[],
  pages: AsyncIterable<Page>,
  where: string,
): Promise<readonly Diagnostic[]> {
  const db = new DatabaseSync(file, {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    for (const { sql } of schema.filter(isEarly)) db.exec(sql);
    const refused = new Map<string, string>();
    for await (const { table, rows } of pages) {
      if (table.virtual || refused.has(table.name)) continue;
      const into = `INSERT INTO ${quoted(table.name)} (${table.columns.join(", ")}) VALUES `;
      try {
        for (const row of rows) db.exec(`${into}(${row})`);
      } catch (error) {
        refused.set(table.name, error instanceof Error ? error.message : String(error));
      }
    }
    const broken = refused.size > 0 ? [] : db.prepare("PRAGMA foreign_key_check").all();
    const pairs = new Set(broken.map((row) => `${row["table"]} to ${row["parent"]}`));
    return [
      ...[...refused].map(([table, message]) => ({
        what: "A row of the copy would not fit its table",
        where: `${where}.${table}`,
        got: message,
        expected: "values that the table's constraints take",
        fix: 'give the column another rule: "keep" where it names nobody, "hash" where it has to be another one in each row',
      })),
      ...[...pairs].map((pair) => ({
        what: "Rows of the copy would refer to what is not there",
        where,
        got: pair,
        expected: "references that find their rows",
        fix: "give both ends the same rule; or they refer to nothing in the source already: look there",
      })),
    ];
  } finally {
    db.close();
  }
}
