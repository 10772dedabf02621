import type { SchemaPoint } from "../code/corpus.ts";
import type { Database } from "../database/database.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, readTable, type Table } from "../sql/structure.ts";
import { type Asked, type Costly, costlyAt } from "./costly.ts";
import { countRows, isLargeCount, type RowCount } from "./row-counts.ts";
import { openPlanner, readStatistics, type Statistic } from "./statistics.ts";

/** A statement that goes through a table which is large today. */
export interface Billed extends Costly {
  readonly rows: RowCount;
}

/** What was found out of a live database, and what it rests on. */
export interface LiveCosts {
  readonly billed: readonly Billed[];
  readonly statistics: readonly Statistic[];
}

/**
 * Which of the statements go through large tables, at the last of the points. Read-only: asks for the database's statistics, and how large
 * the tables are that are gone through; where none is, for nothing more.
 */
export async function liveCosts(
  database: Database,
  points: readonly SchemaPoint[],
  statements: readonly Asked[],
  wanted: (costly: Costly) => boolean = () => true,
): Promise<LiveCosts> {
  if (statements.length === 0) return { billed: [], statistics: [] };
  const statistics = await readStatistics(database);
  const costly = costlyAt(points, statistics, statements).filter(wanted);
  const tables = tablesOf(
    points[0]?.schema ?? [],
    costly.map(({ scan }) => scan.table),
  );
  const counts = await countRows(database, tables, statistics);
  const billed = costly.flatMap((one): Billed[] => {
    const rows = counts.get(fold(one.scan.table));
    return rows === undefined || !isLargeCount(rows) ? [] : [{ ...one, rows }];
  });
  return { billed, statistics };
}

/** The structure of those that there are: one that a pending file makes has no rows. */
export function tablesOf(schema: readonly SchemaObject[], names: readonly string[]): readonly Table[] {
  if (names.length === 0) return [];
  const planner = openPlanner(schema, []);
  try {
    return [...new Set(names.map(fold))].flatMap((name) => {
      const table = readTable(planner.trusted, name);
      return table === undefined || table.virtual ? [] : [table];
    });
  } finally {
    planner.close();
  }
}
