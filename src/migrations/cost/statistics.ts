import { z } from "zod";
import { type Database, rows } from "../database/database.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";

/** A row of `sqlite_stat1`: what ANALYZE or `PRAGMA optimize` once counted. */
export interface Statistic {
  readonly table: string;
  /** Of the table itself when undefined. */
  readonly index: string | undefined;
  /** `48200 12`: rows, then how many of them one value has. */
  readonly stat: string;
}

const statisticRows = z.array(
  z.object({ tbl: z.string(), idx: z.string().nullable(), stat: z.string().nullable() }),
);
const nameRows = z.array(z.object({ name: z.string() }));

/**
 * The database's own statistics: plans rest on them, and on nothing else that rows do. None where nobody ran ANALYZE; SQLite then
 * plans an empty table as a full one, so that a shadow without statistics plans as that database does.
 */
export async function readStatistics(database: Database): Promise<readonly Statistic[]> {
  const [names] = await rows(database, ["SELECT name FROM sqlite_schema WHERE name = 'sqlite_stat1'"]);
  if (nameRows.parse(names).length === 0) return [];
  const [found] = await rows(database, ["SELECT tbl, idx, stat FROM sqlite_stat1"]);
  return statisticRows
    .parse(found)
    .flatMap(({ tbl, idx, stat }) => (stat === null ? [] : [{ table: tbl, index: idx ?? undefined, stat }]));
}

/** A shadow that plans as a database with this schema and these statistics does. */
export function openPlanner(schema: readonly SchemaObject[], statistics: readonly Statistic[]): Shadow {
  const shadow = openShadow(schema);
  if (statistics.length === 0) return shadow;
  const { trusted } = shadow;
  // Makes the table, which nothing else may, and fills it with nothing: there are no rows.
  trusted.exec("ANALYZE sqlite_schema");
  const insert = trusted.prepare("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)");
  for (const { table, index, stat } of statistics) insert.run(table, index ?? null, stat);
  trusted.exec("ANALYZE sqlite_schema");
  return shadow;
}
