import { openShadow } from "../../migrations/shadow/shadow.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import { fold, readTable } from "../../migrations/sql/structure.ts";
import { virtualParts } from "../../migrations/sql/virtual-tables.ts";
import { type DumpedTable, tablesInOrder } from "./tables.ts";

/** Tables of a database with what a backup does with each, parents before children: by its schema alone. */
export function dumpedTables(label: string, schema: readonly SchemaObject[]): readonly DumpedTable[] {
  const parts = new Set(virtualParts(schema).map(fold));
  const shadow = openShadow(schema);
  try {
    const tables = schema
      .filter(({ type, name }) => type === "table" && !parts.has(fold(name)))
      .flatMap(({ name }) => readTable(shadow.trusted, name) ?? []);
    return tablesInOrder(label, tables);
  } finally {
    shadow.close();
  }
}
