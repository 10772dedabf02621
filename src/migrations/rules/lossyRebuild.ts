import { nameAt } from "../action.ts";
import { accidentalText, type CopiedColumn, type Copy, keepsValues } from "../copy.ts";
import { keepSequence } from "../rebuild.ts";
import { type Rebuild, rebuilds } from "../rebuilds.ts";
import type { Replay, Step } from "../replay.ts";
import { affinity, type Column, fold, rowids, sameName, type Table } from "../structure.ts";
import { tokens } from "../tokens.ts";
import { constraintTexts, isNumbered } from "./constraints.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL5: what a rebuild leaves behind. */
export const lossyRebuild: Rule = {
  code: "DL5",
  title: "a rebuild loses columns, values, rows, indexes, triggers or constraints",
  check: (replay) =>
    rebuilds(replay).flatMap((rebuild) => (replay.holds(rebuild.table) ? losses(replay, rebuild) : [])),
};

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

type Say = (step: Step, message: string, fix: string) => Finding;

function losses(replay: Replay, rebuild: Rebuild): readonly Finding[] {
  const [step] = rebuild.copies;
  // Without any copy the rows are lost as a whole, which is DL1's business.
  if (step === undefined) return [];
  const { old, rebuilt, table } = rebuild;
  const say: Say = (where, message, fix) =>
    at(where, "DL5", "error", { message: `the rebuild of ${table} ${message}`, fix });
  const partly = leavesRows(rebuild);
  return [
    ...rebuild.old.columns
      .filter(({ kind }) => kind === "plain")
      .flatMap((column) => valueLosses(rebuild, column, say)),
    ...notCopied(rebuild, step, say),
    ...accidents(rebuild, step, say),
    ...(partly === undefined
      ? []
      : [
          say(
            step,
            partly,
            'copy all rows with one INSERT … SELECT … FROM the table; delete what may go in a statement of its own, or say why: -- d1:data-loss "why"',
          ),
        ]),
    ...lostNumbers(replay, rebuild, step),
    ...lostObjects(replay, rebuild, say),
    ...gone(constraintTexts(old), constraintTexts(rebuilt)).map((constraint) =>
      say(
        rebuild.create,
        `drops the constraint ${constraint}`,
        'keep it, or say why: -- d1:allow DL5 "why" above the CREATE TABLE',
      ),
    ),
  ];
}

const gone = (before: readonly string[], after: readonly string[]): readonly string[] =>
  before.filter((text) => !after.includes(text));

const named = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => sameName(column.name, name));

const filledWith = (
  rebuild: Rebuild,
): readonly (CopiedColumn & { readonly copy: Copy; readonly step: Step })[] =>
  rebuild.copies.flatMap((step) => {
    const { copy } = step;
    return copy === undefined ? [] : copy.columns.map((column) => ({ ...column, copy, step }));
  });

/** What happens to the values of one column of the old table. */
function valueLosses(rebuild: Rebuild, column: Column, say: Say): readonly Finding[] {
  const { rebuilt, create, drop } = rebuild;
  const filled = filledWith(rebuild);
  const now = named(rebuilt, column.name);
  const heirs = filled.filter((one) => keepsValues(one, rebuild.copiedAs, column.name));
  const own = filled.find(({ into }) => sameName(into, column.name));
  const findings: Finding[] = [];
  if (now === undefined && heirs.length === 0)
    findings.push(
      say(
        drop,
        `loses the column ${column.name} with its values`,
        'keep it, or say why nothing needs it: -- d1:allow DL5 "why" above the DROP TABLE',
      ),
    );
  if (now !== undefined && own !== undefined && !heirs.some(({ into }) => sameName(into, column.name)))
    findings.push(
      say(
        own.step,
        `fills ${column.name} with ${written(own)}, not with the values of ${column.name}`,
        `name the columns on both sides, in one order: INSERT INTO … (${column.name}, …) SELECT ${column.name}, …; or say why its values may change: -- d1:data-loss "why"`,
      ),
    );
  const heir = now ?? heirs.map(({ into }) => named(rebuilt, into)).find((one) => one !== undefined);
  if (heir !== undefined && heir.kind === "plain" && converts(rebuild, column, heir))
    findings.push(
      say(
        create,
        `turns ${column.name} from ${column.type || "no type"} into ${heir.type || "no type"}: values may be converted`,
        'keep the type, or say why no value changes: -- d1:allow DL5 "why" above the CREATE TABLE',
      ),
    );
  if (now !== undefined && column.defaultSql !== undefined && now.defaultSql === undefined)
    findings.push(
      say(
        create,
        `drops the default of ${column.name} (${column.defaultSql})`,
        'keep it, or say why: -- d1:allow DL5 "why" above the CREATE TABLE',
      ),
    );
  return findings;
}

const written = ({ from, expression }: CopiedColumn): string =>
  from === undefined ? expression.map(({ text }) => text).join(" ") : `${from.table}.${from.column}`;

/** ANY keeps values as they are in a STRICT table only; elsewhere it turns '007' into 7. */
const affinityIn = (table: Table, { type }: Column): string =>
  table.strict && type === "ANY" ? "BLOB" : affinity(type);

function converts({ old, rebuilt }: Rebuild, before: Column, after: Column): boolean {
  const now = affinityIn(rebuilt, after);
  return now !== affinityIn(old, before) && now !== "BLOB";
}

/** Columns that are there before and after, and that no copy fills. */
function notCopied(rebuild: Rebuild, step: Step, say: Say): readonly Finding[] {
  const filled = filledWith(rebuild);
  if (filled.length === 0) return [];
  const unread = rebuild.old.columns.filter(
    ({ kind, name }) =>
      kind === "plain" &&
      named(rebuild.rebuilt, name) !== undefined &&
      !filled.some(({ into }) => sameName(into, name)),
  );
  if (unread.length === 0) return [];
  return [
    say(
      step,
      `does not copy ${unread.map(({ name }) => name).join(", ")}`,
      "name the columns on both sides of INSERT INTO … SELECT …",
    ),
  ];
}

/** New columns that are filled with their own name: `"email"` is a string to SQLite where there is no such column. */
function accidents(rebuild: Rebuild, step: Step, say: Say): readonly Finding[] {
  return filledWith(rebuild).flatMap((one) => {
    const text = accidentalText(one, step.before, one.copy);
    return text === undefined || named(rebuild.old, one.into) !== undefined
      ? []
      : [
          say(
            one.step,
            `fills ${one.into} with the text '${text}' in every row: "${text}" is no column of ${rebuild.table}, and SQLite takes it for a string`,
            `leave ${one.into} out of the copy, or write what it shall hold, text in single quotes`,
          ),
        ];
  });
}

function lostObjects({ before, after }: Replay, { drop, old, table }: Rebuild, say: Say): readonly Finding[] {
  const indexes = old.indexes
    .filter(({ origin, name }) => origin === "c" && after.object("index", name) === undefined)
    .map(({ name }) =>
      say(
        drop,
        `loses the index ${name}`,
        `create it again after the rename: ${before.object("index", name)?.sql ?? ""}`,
      ),
    );
  const triggers = before.objects
    .filter(
      ({ type, tableName, name }) =>
        type === "trigger" && sameName(tableName, table) && after.object("trigger", name) === undefined,
    )
    .map(({ name, sql }) =>
      say(drop, `loses the trigger ${name}`, `create it again after the rename:\n${sql}`),
    );
  return [...indexes, ...triggers];
}

/** What AUTOINCREMENT and rowids promise of numbers does not come with the rows. */
function lostNumbers(replay: Replay, rebuild: Rebuild, step: Step): readonly Finding[] {
  const { old, rebuilt, table, copiedAs, successor } = rebuild;
  const said = replay.steps.some(({ tokens }) =>
    tokens.some(({ text }) => sameName(text, "sqlite_sequence")),
  );
  if (isNumbered(old) && isNumbered(rebuilt) && !said)
    return [
      at(step, "DL5", "warning", {
        message: `the rebuild of ${table} forgets how far AUTOINCREMENT has counted: numbers of deleted rows are given again`,
        fix: `right after the copy:\n${keepSequence(copiedAs, successor).join(";\n")};`,
      }),
    ];
  const users = usersOfRowids(replay, old);
  const keeps = filledWith(rebuild).some(({ into }) => rowids.includes(fold(into)));
  if (users.length === 0 || keeps) return [];
  return [
    at(step, "DL5", "error", {
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
