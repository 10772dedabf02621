import type { Database } from "../database/database.ts";
import { unindexed } from "../lint/rules/unindexed-foreign-key.ts";
import { catalogs } from "../shadow/catalog.ts";
import type { Shadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, type Table } from "../sql/structure.ts";
import { nameSql } from "./candidates.ts";
import { type Asked, usesOn } from "./costly.ts";
import { tablesOf } from "./live-costs.ts";
import { merged } from "./merge.ts";
import { queryPlan } from "./query-plan.ts";
import { type Redundant, redundant } from "./redundant.ts";
import { type NewIndex, remedy, withIndexes } from "./remedy.ts";
import { countRows, isLargeCount, type RowCount } from "./row-counts.ts";
import type { Scan } from "./scans.ts";
import { openPlanner, readStatistics } from "./statistics.ts";

/** A statement that goes through a large table. */
export interface ScanAdvice extends Asked {
  readonly scan: Scan;
  readonly rows: RowCount;
  /** What EXPLAIN QUERY PLAN says of it; and, where indexes help, with them. */
  readonly plan: readonly string[];
  readonly planWithIndexes: readonly string[] | undefined;
}

/** A foreign key of a large table whose rows no index finds. */
export interface KeyAdvice {
  readonly table: string;
  readonly columns: readonly string[];
  readonly parents: readonly string[];
  readonly rows: RowCount;
}

export interface Advice {
  readonly scans: readonly ScanAdvice[];
  readonly keys: readonly KeyAdvice[];
  readonly redundant: readonly (Redundant & { readonly rows: RowCount })[];
  /** What would help, together; each was tried on a database with this schema. */
  readonly indexes: readonly NewIndex[];
}

/**
 * Everything that costs more than it needs to: of large tables alone, whatever they are asked.
 * @param schema today's, and what the pending files leave: what they mend already is no advice
 */
export async function advise(
  database: Database,
  schema: { readonly today: readonly SchemaObject[]; readonly planned: readonly SchemaObject[] },
  statements: readonly Asked[],
): Promise<Advice> {
  const statistics = await readStatistics(database);
  const planner = openPlanner(schema.planned, statistics);
  try {
    const tables = catalogs(planner)()
      .tables()
      .filter(({ virtual }) => !virtual);
    const uses = usesOn(planner, statements);
    const scanned = statements.flatMap((asked) =>
      (uses.get(asked.sql)?.scans ?? []).map((scan) => ({ ...asked, scan })),
    );
    const keyed = tables.flatMap((table) => unindexed(table).map((columns) => ({ table, columns })));
    const idle = tables.flatMap((table) => redundant(planner, table, statements));
    const wanted = new Set(
      [
        ...scanned.map(({ scan }) => scan.table),
        ...keyed.map(({ table }) => table.name),
        ...idle.map(({ table }) => table),
      ].map(fold),
    );
    const counts = await countRows(database, tablesOf(schema.today, [...wanted]), statistics);
    const large = <One extends object>(table: string, one: One): readonly (One & { rows: RowCount })[] => {
      const rows = counts.get(fold(table));
      return rows === undefined || !isLargeCount(rows) ? [] : [{ ...one, rows }];
    };
    const scans = scanned.flatMap((one) => large(one.scan.table, one));
    const keys = keyed.flatMap(({ table, columns }) => large(table.name, { table, columns }));
    const indexes = merged(
      [
        ...scans.flatMap(({ sql, scan }) => remedies(planner, tables, sql, scan)),
        ...keys.map(({ table, columns }) => keyIndex(table, columns)),
      ],
      planner.schema().map(({ name }) => name),
    );
    return {
      scans: scans.map((one) => withPlans(planner, one, indexes)),
      keys: keys.map(({ table, columns, rows }) => ({
        table: table.name,
        columns,
        parents: parentsOf(table, columns),
        rows,
      })),
      redundant: idle.flatMap((one) => large(one.table, one)),
      indexes,
    };
  } finally {
    planner.close();
  }
}

function remedies(planner: Shadow, tables: readonly Table[], sql: string, scan: Scan): readonly NewIndex[] {
  const table = tables.find(({ name }) => fold(name) === fold(scan.table));
  return table === undefined ? [] : (remedy(planner, sql, table) ?? []);
}

const keyIndex = (table: Table, columns: readonly string[]): NewIndex => ({
  table: table.name,
  name: "",
  terms: columns.map((column) => ({ sql: nameSql(column), column })),
});

const parentsOf = (table: Table, columns: readonly string[]): readonly string[] =>
  table.foreignKeys
    .filter(({ from }) => from.map(fold).join() === columns.map(fold).join())
    .map(({ parent }) => parent);

function withPlans(
  planner: Shadow,
  one: Asked & { readonly scan: Scan; readonly rows: RowCount },
  indexes: readonly NewIndex[],
): ScanAdvice {
  const ask = (): readonly string[] => queryPlan(planner.trusted, one.sql);
  const stillScans = (): boolean =>
    usesOn(planner, [one])
      .get(one.sql)
      ?.scans.some(({ table }) => fold(table) === fold(one.scan.table)) !== false;
  const after = withIndexes(planner, indexes, () => (stillScans() ? undefined : ask()));
  return { ...one, plan: ask(), planWithIndexes: after };
}
