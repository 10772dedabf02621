import { type Rebuild, rebuilds } from "../../shadow/find-rebuilds.ts";
import { findReturns, type Return } from "../../shadow/find-returns.ts";
import type { Replay, Step } from "../../shadow/replay.ts";
import { keepSequence } from "../../shadow/safe-rebuild.ts";
import { nameAt } from "../../sql/action.ts";
import { literal } from "../../sql/literals.ts";
import { fold, quoted, rowids, sameName, type Table } from "../../sql/structure.ts";
import { tokens } from "../../sql/tokens.ts";
import { changedDeclarations } from "../evidence/changed-declarations.ts";
import { changedObjects } from "../evidence/changed-objects.ts";
import { allows, checks, constraintTexts, isNumbered } from "../evidence/constraints.ts";
import { columnPairs, copiedValues, filledWith, type Say } from "../evidence/copied-values.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL5: what a rebuild leaves behind. */
export const lossyRebuild: Rule = {
  code: "DL5",
  title:
    "a rebuild that loses a column, its values, rows, an index, a trigger, a default, a constraint, or rowids that a search index uses, or converts a type; and any other difference between the two tables and what stands on them: `STRICT`, `WITHOUT ROWID`, `COLLATE`, `NOT NULL`, generated columns, `ON CONFLICT`, `DEFERRABLE`, uniqueness, a trigger's body. Columns are paired by position, as SQLite does; `coalesce(c, …)`, `nullif(c, 'x')` and `CASE … ELSE c END` keep the values of `c`",
  severity: "error",
  except:
    "but a count of `AUTOINCREMENT` that starts anew only where the live table gave numbers that its rows no longer have",
  waiver: "data-loss",
  silentOnNew: true,
  check: (replay) => [
    ...rebuilds(replay).flatMap((rebuild) => (replay.holds(rebuild.table) ? losses(replay, rebuild) : [])),
    ...findReturns(replay).found.flatMap((one) => otherRowids(replay, one)),
  ],
};

/** Rows that went away and come back are numbered anew. */
function otherRowids(replay: Replay, { filled, back, table, stash }: Return): readonly Finding[] {
  const now = filled.before.table(table);
  const keeps = back.copy?.columns.some(({ into }) => rowids.includes(fold(into))) === true;
  const users = now === undefined || keeps ? [] : usersOfRowids(replay, now);
  return users.length === 0
    ? []
    : [
        at(back, {
          message: `the rows of ${table} come back from ${stash} with other rowids, by which ${users.join(", ")} finds them`,
          fix: `put them by too: CREATE TABLE ${stash} AS SELECT rowid AS n, * …, and back: INSERT INTO ${table} (rowid, …) SELECT n, …`,
        }),
      ];
}

/** How a rebuild may leave rows behind; undefined when it copies every row once. */
export function leavesRows({ copies, copiedAs }: Rebuild): string | undefined {
  const [first, ...more] = copies;
  if (first === undefined || more.length > 0)
    return "copies in several statements, so that no count can be compared";
  const { copy } = first;
  if (copy === undefined)
    return "copies with a statement that cannot be followed, which can leave rows behind";
  const with_ = copy.partial ?? (sameName(copy.table ?? "", copiedAs) ? undefined : `FROM ${copy.table}`);
  return with_ === undefined ? undefined : `copies with ${with_}, which can leave rows behind`;
}

function losses(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const [step] = rebuild.copies;
  // Without any copy the rows are lost as a whole, which is DL1's business.
  if (step === undefined) return [];
  const { old, rebuilt, table } = rebuild;
  const say: Say = (where, message, fix) => at(where, { message: `the rebuild of ${table} ${message}`, fix });
  const partly = leavesRows(rebuild);
  return [
    ...copiedValues(rebuild, step, say),
    ...(partly === undefined
      ? []
      : [
          say(
            step,
            partly,
            'copy all rows with one INSERT … SELECT … FROM the table; delete what may go in a statement of its own, or say why: -- d1:data-loss "why"',
          ),
        ]),
    ...tooLate(replay, rebuild, say),
    ...lostNumbers(replay, rebuild, step),
    ...changedObjects(replay, rebuild, say),
    ...[
      ...changedDeclarations(old, rebuilt, columnPairs(rebuild)),
      ...lostConstraints(old, rebuilt).map((constraint) => `drops the constraint ${constraint}`),
    ].map((message) =>
      say(rebuild.create, message, 'keep it, or say why: -- d1:allow DL5 "why" above the CREATE TABLE'),
    ),
  ];
}

/** A CHECK that lists more values than before is not lost. */
function lostConstraints(old: Table, rebuilt: Table): readonly string[] {
  const now = constraintTexts(rebuilt);
  const checked = checks(rebuilt.sql);
  return [
    ...constraintTexts(old).filter((text) => !now.includes(text) && !isIndexed(text, rebuilt)),
    ...checks(old.sql)
      .filter((check) => !checked.some((one) => allows(one, check)))
      .map(({ text }) => `CHECK (${text})`),
  ];
}

/** UNIQUE kept by an index, as some tools write it. */
const isIndexed = (constraint: string, { indexes }: Table): boolean =>
  indexes.some(
    ({ unique, partial, columns, collations }) =>
      unique &&
      !partial &&
      collations.every((one) => one === "BINARY") &&
      constraint === `UNIQUE (${columns.map((column) => fold(column ?? "(expression)")).join(", ")})`,
  );

/** What is written into the old table after its rows were copied goes with it. */
function tooLate(
  { steps }: Replay,
  { copies, copiedAs, drop, table, stash }: Rebuild,
  say: Say,
): readonly Finding[] {
  const copied = stash?.filled.index ?? Math.max(...copies.map(({ index }) => index));
  return steps
    .filter(
      ({ index, action }) =>
        index > copied &&
        index < drop.index &&
        (action.kind === "insert" || action.kind === "update") &&
        sameName(action.table, copiedAs),
    )
    .map((step) =>
      say(
        step,
        `writes to ${copiedAs} after its rows were copied: that is dropped with it`,
        `do it before the copy, or to ${table} after the rename`,
      ),
    );
}

/** What AUTOINCREMENT and rowids promise of numbers does not come with the rows. */
function lostNumbers(replay: Replay, rebuild: Rebuild, step: Step): readonly Finding[] {
  const { old, rebuilt, table, copiedAs, successor } = rebuild;
  const said = replay.steps.some(({ tokens }) =>
    tokens.some(({ text }) => sameName(text, "sqlite_sequence")),
  );
  const number = old.columns.find(({ primaryKey }) => primaryKey === 1);
  if (number !== undefined && isNumbered(old) && isNumbered(rebuilt) && !said)
    return [
      at(step, {
        message: `the rebuild of ${table} forgets how far AUTOINCREMENT has counted: numbers of deleted rows are given again`,
        fix: `right after the copy:\n${keepSequence(copiedAs, successor).join(";\n")};`,
        question: {
          sql: `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ${literal(table)}), 0) > coalesce((SELECT max(${quoted(number.name)}) FROM ${quoted(table)}), 0)`,
          unasked: "warning",
        },
      }),
    ];
  const users = usersOfRowids(replay, old);
  const keeps = filledWith(rebuild).some(({ into }) => rowids.includes(fold(into)));
  if (users.length === 0 || keeps) return [];
  return [
    at(step, {
      message: `the rebuild of ${table} gives its rows other rowids, by which ${users.join(", ")} finds them`,
      fix: "copy them too: INSERT INTO … (rowid, …) SELECT rowid, …",
    }),
  ];
}

/** Search indexes, views and triggers that know the rows of a table by a rowid that is no column of it. */
function usersOfRowids({ before }: Replay, table: Table): readonly string[] {
  const own = table.columns.some(({ primaryKey, type }) => primaryKey === 1 && type === "INTEGER");
  if (own || table.withoutRowid || table.virtual) return [];
  return before.objects
    .filter(({ type, sql, tableName }) => {
      const all = tokens(sql);
      if (type === "table")
        return all.some(
          ({ keyword }, i) =>
            keyword === "CONTENT" && all[i + 1]?.text === "=" && sameName(nameAt(all[i + 2]), table.name),
        );
      const mentions = sameName(tableName, table.name) || all.some(({ text }) => sameName(text, table.name));
      return mentions && all.some(({ text }) => rowids.includes(fold(text)));
    })
    .map(({ name }) => name);
}
