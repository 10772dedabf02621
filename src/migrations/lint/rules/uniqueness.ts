import { comingRows, rebuilds } from "../../shadow/find-rebuilds.ts";
import type { Replay, Step } from "../../shadow/replay.ts";
import { fold, quoted, sameName, type Table } from "../../sql/structure.ts";
import { list, tokens, topLevel, within } from "../../sql/tokens.ts";
import { isStricter, keyNamesNew, uniqueSets } from "../evidence/constraints.ts";
import { at, type Finding, type Rule, unlessChanged } from "./rule.ts";

/** DD2: uniqueness that rows of today may break. The live database is asked for one duplicate. */
export const uniqueness: Rule = {
  code: "DD2",
  title: "uniqueness over columns that hold values",
  severity: "error",
  except: "only if there is a duplicate; a warning, if statements before it change those rows",
  waiver: "none",
  silentOnNew: true,
  check: (replay) => [
    ...replay.steps.flatMap((step) => indexFinding(replay, step)),
    ...rebuilds(replay).flatMap((rebuild) => {
      if (!replay.holds(rebuild.table)) return [];
      return uniqueSets(rebuild.rebuilt)
        .filter(
          (set) =>
            isStricter(rebuild.old, set) && set.columns.every((column) => hasColumn(rebuild.old, column)),
        )
        .map(({ terms, text }) => {
          const [copy] = rebuild.copies;
          return unlessChanged(
            finding(rebuild.create, rebuild.table, comingRows(rebuild), terms, text, undefined),
            copy?.rows.changed(rebuild.copiedAs) === true,
          );
        });
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
  const now = step.after.table(made.tableName);
  // Asked of the live database, a new column in double quotes would be a string.
  const isNew = now !== undefined && keyNamesNew(made.sql, table, now);
  if (isNew) return step.errorWithRows === undefined ? [] : [sameForAll(step, live, action.name)];
  const where = topLevel(all, "WHERE");
  const condition = where < 0 ? undefined : made.sql.slice(all[where + 1]?.start);
  const rebuild = rebuilds(replay).find((one) => sameName(one.table, live) && one.drop.index < step.index);
  return [
    unlessChanged(
      finding(
        step,
        live,
        rebuild === undefined ? { with: "", name: quoted(live) } : comingRows(rebuild),
        terms.map((term) => term.sql),
        terms.map((term) => term.sql).join(", "),
        condition,
      ),
      step.rows.changed(made.tableName),
    ),
  ];
}

/** A new column with one value for all rows: the shadow's two rows meet in it, and so may those of the live table. */
const sameForAll = (step: Step, table: string, index: string): Finding =>
  at(step, {
    severity: "warning",
    message: `the unique index ${index} fails when two rows of ${table} have the same value in its new columns`,
    fix: "give each row a value of its own before it: UPDATE … SET … = … || id",
    question: {
      sql: `SELECT count(*) > 1 FROM (SELECT 1 FROM ${quoted(table)} LIMIT 2)`,
      unasked: "warning",
    },
  });

const hasColumn = (table: Table, name: string): boolean =>
  table.columns.some((column) => sameName(column.name, fold(name)));

function finding(
  step: Step,
  table: string,
  rows: { readonly with: string; readonly name: string },
  terms: readonly string[],
  said: string,
  condition: string | undefined,
): Finding {
  const wanted = [
    ...terms.map((term) => `(${term}) IS NOT NULL`),
    ...(condition === undefined ? [] : [`(${condition})`]),
  ].join(" AND ");
  return at(step, {
    message: `rows of ${table} are not unique in ${said}`,
    fix: "join or rename the duplicates in a migration before this one, by name",
    waivable: false,
    question: {
      sql: `${rows.with}SELECT EXISTS (SELECT 1 FROM ${rows.name} WHERE ${wanted} GROUP BY ${terms.join(", ")} HAVING count(*) > 1)`,
      unasked: "warning",
    },
  });
}
