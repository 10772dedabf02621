import type { CorpusStatement, SchemaPoint } from "../code/corpus.ts";
import type { Shadow } from "../shadow/shadow.ts";
import { fold } from "../sql/structure.ts";
import { treesOf } from "./bytecode.ts";
import { type Scan, type Uses, usesOf } from "./scans.ts";
import { openPlanner, type Statistic } from "./statistics.ts";

/** A statement that goes through a whole table on the schema that the pending files leave. */
export interface Costly {
  readonly sql: string;
  /** Each worker that runs it. */
  readonly workers: readonly string[];
  readonly scan: Scan;
  /** The pending file from which on it does; undefined: it does today, or is new itself. */
  readonly by: string | undefined;
}

/** One text, whoever runs it. */
export interface Asked {
  readonly sql: string;
  readonly workers: readonly string[];
}

/** Statements that say the same are one. */
export const askedBy = (statements: readonly CorpusStatement[]): readonly Asked[] =>
  [...Map.groupBy(statements, ({ sql }) => sql)].map(([sql, all]) => ({
    sql,
    workers: [...new Set(all.map(({ worker }) => worker))],
  }));

/**
 * The statements that go through whole tables at the last point, and since when. `points` begins with today's schema and goes on file by
 * file. A statement that SQLite does not understand there is no business of this.
 */
export function costlyAt(
  points: readonly SchemaPoint[],
  statistics: readonly Statistic[],
  statements: readonly Asked[],
): readonly Costly[] {
  const last = points.at(-1);
  if (last === undefined || statements.length === 0) return [];
  const now = usesAt(last, statistics, statements);
  const costly = statements.flatMap((asked) =>
    (now.get(asked.sql)?.scans ?? []).map((scan) => ({ ...asked, scan })),
  );
  const since = new Map<object, string | undefined>();
  let open: readonly (typeof costly)[number][] = costly;
  // From the end to the start: the first point at which it was found by an index is followed by the file that changed that.
  for (let i = points.length - 2; i >= 0 && open.length > 0; i--) {
    const point = points[i];
    if (point === undefined) break;
    const uses = usesAt(point, statistics, open);
    for (const one of open) if (didNot(one, uses)) since.set(one, points[i + 1]?.by);
    open = open.filter((one) => uses.get(one.sql) !== undefined && !since.has(one));
  }
  return costly.map((one) => ({ ...one, by: since.get(one) }));
}

/** By text; of those that the planner understands. */
export function usesOn(
  { trusted }: Shadow,
  statements: readonly { readonly sql: string }[],
): ReadonlyMap<string, Uses> {
  const trees = treesOf(trusted);
  return new Map(
    statements.flatMap(({ sql }) => {
      const uses = usesOf(trusted, sql, trees);
      return uses === undefined ? [] : [[sql, uses] as const];
    }),
  );
}

const didNot = ({ sql, scan }: { sql: string; scan: Scan }, uses: ReadonlyMap<string, Uses>): boolean =>
  uses.get(sql)?.scans.some(({ table }) => fold(table) === fold(scan.table)) === false;

function usesAt(
  { schema }: SchemaPoint,
  statistics: readonly Statistic[],
  statements: readonly { readonly sql: string }[],
): ReadonlyMap<string, Uses> {
  const planner = openPlanner(schema, statistics);
  try {
    return usesOn(planner, statements);
  } finally {
    planner.close();
  }
}
