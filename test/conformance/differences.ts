export type RunnerName = "shadow" | "binding" | "embedded" | "real";

/** A statement that a runner answers otherwise than `statements.ts` says of D1: why, and what is done about it. */
export interface Difference {
  readonly runner: RunnerName;
  readonly sql: string;
  readonly why: string;
}

/** All of them; one that is no longer so fails the suite. */
export const differences: readonly Difference[] = [
  {
    runner: "shadow",
    sql: "CREATE VIRTUAL TABLE f USING rtree (id, a, b)",
    why: "R*Tree came with workerd of November 2026; production cannot be asked for its version. A refusal by D1 rolls the file back.",
  },
  {
    runner: "shadow",
    sql: "PRAGMA page_size",
    why: "Allowed since workerd of November 2026, for R*Tree. It reads only; a refusal by D1 rolls the file back.",
  },
  {
    runner: "shadow",
    sql: "SELECT 1; SELECT 2",
    why: "Statements are sent one by one, split here. The shadow refuses a piece that holds two: the splitter would have erred.",
  },
  {
    runner: "shadow",
    sql: "SELECT iif(1, 2)",
    why: "iif with two arguments came with SQLite 3.48, newer than workerd of July 2026. A refusal by D1 rolls the file back.",
  },
  ...(["shadow", "binding"] as const).flatMap((runner): Difference[] => [
    {
      runner,
      sql: "SELECT 1 -- tail",
      why: "One statement to an engine; in the text of /query the comment swallows the semicolon after it. The splitter takes comments at an end off.",
    },
    {
      runner,
      sql: "SELECT 1; -- tail",
      why: "A statement and an empty one to an engine, which takes one; /query splits them. The splitter sends neither semicolon nor comment.",
    },
    {
      runner,
      sql: "-- only a comment",
      why: "No statement to an engine, nothing to the splitter of /query. The splitter sends no piece without a statement.",
    },
    ...["begin DELETE FROM t; end", "BEGIN SELECT CASE WHEN 1 THEN 2 END; END"].map((body) => ({
      runner,
      sql: `CREATE TRIGGER r AFTER INSERT ON t ${body}`,
      why: "/query cuts such a trigger in two, the engine does not: a file with a trigger travels as a Worker's batch (quirk d1-trigger-splitting).",
    })),
  ]),
];

/** What a runner is to answer, all things considered. */
export const differs = (runner: RunnerName, sql: string): boolean =>
  differences.some((each) => each.runner === runner && each.sql === sql);
