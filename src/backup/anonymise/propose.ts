import type { CopyRule } from "../../declare/index.ts";
import { parentColumns } from "../../migrations/generate/parents.ts";
import { affinity, type Column, sameName, type Table } from "../../migrations/sql/structure.ts";

const personal =
  /e_?mail|name|phone|mobile|address|street|city|zip|postal|birth|url|avatar|content|body|text|description|notes?$|bio|message|comment|summary|title|company|employer|subject|payload|metadata|data$|ip$|agent$/;
const secret = /hash|digest|token|secret|password|key$|stripe|external|customer|session/;

/**
 * What a column's rule may be, by its name and type. A proposal for a person to read, never applied by itself: where nothing speaks for anything it is the
 * rule that lets nothing through.
 */
export function proposed(table: Table, column: Column, tables: readonly Table[]): CopyRule {
  const called = column.name.toLowerCase();
  const kind = affinity(column.type);
  if (isKey(table, column, tables)) return kind === "INTEGER" ? "keep" : "hash";
  if (secret.test(called)) return "hash";
  if (personal.test(called)) return "fake";
  if (kind === "INTEGER" || kind === "REAL" || kind === "NUMERIC") return "keep";
  if (/_at$|_on$|date|time|status|state|kind|type|role/.test(called)) return "keep";
  return "hash";
}

/** What rows are found by, from within or from another table. */
const isKey = (table: Table, column: Column, tables: readonly Table[]): boolean =>
  column.primaryKey > 0 ||
  table.foreignKeys.some(({ from }) => from.some((one) => sameName(one, column.name))) ||
  tables.some(({ foreignKeys }) =>
    foreignKeys.some(
      (key) =>
        sameName(key.parent, table.name) && parentColumns(key, table).some((to) => sameName(to, column.name)),
    ),
  );
