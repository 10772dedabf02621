import { openShadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { leftOut } from "./left-out.ts";

/** A statement that a worker was seen to run. */
export interface CorpusStatement {
  /** Worker and version: `dome-api@1f2e…`. */
  readonly worker: string;
  readonly sql: string;
}

/** The schema at a point of the plan; `by` is the file that leads to it, undefined for what is there now. */
export interface SchemaPoint {
  readonly by: string | undefined;
  readonly schema: readonly SchemaObject[];
}

/** A statement that will not work any more, or does not work yet. */
export interface CorpusProblem extends CorpusStatement {
  /** SQLite's words: `no such column: email`. */
  readonly error: string;
  /** The pending file that breaks it; undefined when no schema on the way knows what it needs. */
  readonly brokenBy: string | undefined;
}

/**
 * Prepares each recorded statement against the schema that the pending files leave. `points` begins with today's schema and
 * goes on file by file. Only what was exercised is known: the caller says how much that is.
 */
export function checkCorpus(
  statements: readonly CorpusStatement[],
  points: readonly SchemaPoint[],
): readonly CorpusProblem[] {
  const last = points.at(-1);
  if (last === undefined || statements.length === 0) return [];
  const failing = errorsAt(last, statements);
  if (failing.size === 0) return [];
  // Walking back from the end: the first point after the last one that still knows the statement broke it.
  const brokenBy = new Map<CorpusStatement, string | undefined>();
  let open = [...failing.keys()];
  for (let i = points.length - 2; i >= 0 && open.length > 0; i--) {
    const point = points[i];
    if (point === undefined) break;
    const errors = errorsAt(point, open);
    for (const statement of open) if (!errors.has(statement)) brokenBy.set(statement, points[i + 1]?.by);
    open = open.filter((statement) => errors.has(statement));
  }
  return [...failing].map(([statement, error]) => ({
    ...statement,
    error,
    brokenBy: brokenBy.get(statement),
  }));
}

function errorsAt(
  point: SchemaPoint,
  statements: readonly CorpusStatement[],
): ReadonlyMap<CorpusStatement, string> {
  const shadow = openShadow(point.schema);
  const errors = new Map<CorpusStatement, string>();
  try {
    for (const statement of statements) {
      try {
        shadow.trusted.prepare(statement.sql);
        const error = leftOut(shadow.trusted, statement.sql);
        if (error !== undefined) errors.set(statement, error);
      } catch (error) {
        errors.set(statement, error instanceof Error ? error.message : String(error));
      }
    }
  } finally {
    shadow.close();
  }
  return errors;
}

/** A problem in one line: `dome-api reads email (SELECT …); 0007_drop_email.sql takes it away`. */
export function corpusLine({ worker, sql, error, brokenBy }: CorpusProblem): string {
  const short = sql.replace(/\s+/g, " ").trim();
  const statement = short.length > 100 ? `${short.slice(0, 99)}…` : short;
  const cause =
    brokenBy === undefined ? "no migration makes what it needs" : `${brokenBy} takes away what it needs`;
  return `${worker} runs ${JSON.stringify(statement)}: ${error}; ${cause}`;
}
