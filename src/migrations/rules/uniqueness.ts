import { rebuilds } from "../rebuilds.ts";
import type { Replay, Step } from "../replay.ts";
import { fold, quoted, sameName, type Table } from "../structure.ts";
import { tokens, topLevel } from "../tokens.ts";
import { list, uniqueSets, within } from "./constraints.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DD2: uniqueness that rows of today may break. The live database is asked for one duplicate. */
export const uniqueness: Rule = {
  code: "DD2",
  title: "a UNIQUE index or constraint over columns that hold values",
  check: (replay) => [
    ...replay.steps.flatMap((step) => indexFinding(replay, step)),
    ...rebuilds(replay).flatMap((rebuild) => {
      if (!replay.holds(rebuild.table)) return [];
      const before = new Set(uniqueSets(rebuild.old).map((columns) => columns.join("\0")));
      return uniqueSets(rebuild.rebuilt)
        .filter(
          (columns) =>
            !before.has(columns.join("\0")) && columns.every((column) => hasColumn(rebuild.old, column)),
        )
        .map((columns) =>
          finding(rebuild.create, rebuild.table, columns.map(quoted), columns.join(", "), undefined),
        );
    }),
  ],
};

function indexFinding(replay: Replay, step: Step): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "create" || action.object !== "index" || !action.unique || step.error !== undefined)
    return [];
  const made = step.after.object("index", action.name);
  const live = made === undefined ? undefined : step.rows.origin(made.tableName);
  if (made === undefined || live === undefined) return [];
  const table = replay.before.table(live);
  if (replay.before.object("index", action.name)?.sql === made.sql) return [];
  if (table === undefined) return [];
  const all = tokens(made.sql);
  const open = all.findIndex((token) => token.text === "(" && token.kind === "sign");
  const terms = list(within(all, open)).map((part) => {
    const ordered =
      part.at(-1)?.keyword === "ASC" || part.at(-1)?.keyword === "DESC" ? part.slice(0, -1) : part;
    return { sql: made.sql.slice(ordered[0]?.start, ordered.at(-1)?.end), tokens: ordered };
  });
  const isNew = terms.some(
    (term) => term.tokens.length === 1 && !hasColumn(table, term.tokens[0]?.text ?? ""),
  );
  if (isNew) return [];
  const where = topLevel(all, "WHERE");
  const condition = where < 0 ? undefined : made.sql.slice(all[where + 1]?.start);
  return [
    finding(
      step,
      live,
      terms.map((term) => term.sql),
      terms.map((term) => term.sql).join(", "),
      condition,
    ),
  ];
}

const hasColumn = (table: Table, name: string): boolean =>
  table.columns.some((column) => sameName(column.name, fold(name)));

function finding(
  step: Step,
  table: string,
  terms: readonly string[],
  said: string,
  condition: string | undefined,
): Finding {
  const wanted = [
    ...terms.map((term) => `(${term}) IS NOT NULL`),
    ...(condition === undefined ? [] : [`(${condition})`]),
  ].join(" AND ");
  return at(step, "DD2", "error", {
    message: `rows of ${table} are not unique in ${said}`,
    fix: "join or rename the duplicates in a migration before this one, by name",
    waivable: false,
    question: {
      sql: `SELECT EXISTS (SELECT 1 FROM ${quoted(table)} WHERE ${wanted} GROUP BY ${terms.join(", ")} HAVING count(*) > 1)`,
      unasked: "warning",
    },
  });
}
