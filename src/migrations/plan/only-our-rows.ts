import type { MigrationFile } from "../files/reading.ts";
import { catalogs } from "../shadow/catalog.ts";
import { isSystem } from "../shadow/replay.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { valueSql } from "../sql/literals.ts";
import { quoted, type Table } from "../sql/structure.ts";

/** Above this the question would be longer than D1 takes in one statement with others. */
const longestBytes = 60_000;

/**
 * Asks whether a database holds no row but those that its applied files insert: one SELECT, 1 when it is so. Undefined when
 * that cannot be asked: a file that does not run on its own, or more rows than fit into one statement.
 */
export function onlyOurRows(applied: readonly MigrationFile[]): string | undefined {
  const shadow = openShadow();
  try {
    for (const file of applied) {
      for (const { sql } of file.statements) if (shadow.run(sql).error !== undefined) return undefined;
      shadow.endRequest();
    }
    const tables = catalogs(shadow)()
      .tables()
      .filter(({ name }) => !isSystem(name));
    // Not one long AND: D1 takes no expression that is deeper than a hundred.
    const each = ["1", ...tables.map((table) => sameRows(shadow, table))].map((one) => `(${one})`);
    const sql = `SELECT min(column1) FROM (VALUES ${each.join(", ")})`;
    return Buffer.byteLength(sql) > longestBytes ? undefined : sql;
  } finally {
    shadow.close();
  }
}

/** That a table has these rows and no other. What the clock or chance filled in by default is not compared. */
function sameRows({ trusted }: Shadow, { name, columns }: Table): string {
  const compared = columns.filter(
    ({ kind, defaultSql }) => kind === "plain" && !/\(|\bcurrent_/i.test(defaultSql ?? ""),
  );
  const all = compared.map((column) => quoted(column.name)).join(", ") || "1";
  const statement = trusted.prepare(`SELECT ${all} FROM ${quoted(name)}`);
  statement.setReadBigInts(true);
  const rows = statement.all().map((row) => `(${Object.values(row).map(valueSql).join(", ")})`);
  if (rows.length === 0) return `NOT EXISTS (SELECT 1 FROM ${quoted(name)})`;
  return `(SELECT count(*) FROM ${quoted(name)}) = ${rows.length} AND NOT EXISTS (SELECT ${all} FROM ${quoted(name)} EXCEPT SELECT * FROM (VALUES ${rows.join(", ")}))`;
}
