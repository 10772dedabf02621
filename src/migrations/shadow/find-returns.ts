import { fold, quoted, sameName, type Table } from "../sql/structure.ts";
import { nameAtStep } from "./find-rebuilds.ts";
import type { Replay, Step } from "./replay.ts";
import { columnsIn, notGivenBack, type StashedColumn } from "./stashed-columns.ts";

/**
 * A table whose rows are copied into another one, then deleted or changed (by a foreign key when its parent is dropped,
 * say), and put back from there. Whether all of them are back is asserted when the file runs.
 */
export interface Return {
  /** Its name when it was copied, and when its rows came back. */
  readonly table: string;
  readonly tableBack: string;
  /** The other table's, likewise. */
  readonly stash: string;
  readonly stashBack: string;
  /** The statement that copies all rows into the stash. */
  readonly filled: Step;
  /** The last statement that takes rows back from it. */
  readonly back: Step;
  /** The table's columns, and what they are called in the stash. */
  readonly columns: readonly StashedColumn[];
}

/** A copy of a table's rows that does not bring them back, and what it lacks. */
export interface Missing {
  readonly table: string;
  readonly filled: Step;
  /** The rest of a sentence that begins with the stash: `lacks the column body`. */
  readonly why: string;
}

/** The rows of a file that go away and come back, and the copies from which they do not. */
export interface Returns {
  readonly found: readonly Return[];
  readonly missing: readonly Missing[];
}

/** Finds them among the statements of a file. Every table that is copied and emptied is in one of the two lists, or in none. */
export function findReturns(replay: Replay): Returns {
  const found: Return[] = [];
  const missing: Missing[] = [];
  for (const filled of replay.steps) {
    const way = wayOf(filled);
    if (way === undefined) continue;
    const judged = judge(replay, filled, way);
    if (typeof judged === "string") missing.push({ table: way.table.name, filled, why: judged });
    else if (judged !== undefined) found.push(judged);
  }
  return { found, missing };
}

/** The return during which `table` may be without its rows at this step. */
export const returning = (
  { found }: Returns,
  replay: Replay,
  step: Step,
  table: string,
): Return | undefined =>
  found.find(
    (one) =>
      one.filled.index < step.index &&
      step.index <= one.back.index &&
      sameName(nameAtStep(replay, one.filled.index, step.index, one.table), table),
  );

/** That every row is in the table again as it was. Rows are compared as sets, and counted because of equal ones. */
export function isBack({ tableBack, stashBack, columns }: Return): string {
  const [own, stashed] = [columns.map((one) => one.own), columns.map((one) => one.stashed)].map((names) =>
    names.map(quoted).join(", "),
  );
  const count = (table: string): string => `(SELECT count(*) FROM ${quoted(table)})`;
  return `${count(tableBack)} = ${count(stashBack)} AND NOT EXISTS (SELECT ${stashed} FROM ${quoted(stashBack)} EXCEPT SELECT ${own} FROM ${quoted(tableBack)})`;
}

interface Way {
  readonly table: Table;
  readonly stash: string;
}

/** What a copying statement copies, and where to. */
function wayOf({ action, copy, error, before, events }: Step): Way | undefined {
  if (copy === undefined || error !== undefined) return undefined;
  const stash = action.kind === "create" ? action.name : action.kind === "insert" ? action.table : undefined;
  const source = copy.table ?? copy.columns.find(({ from }) => from !== undefined)?.from?.table;
  const read = source ?? events.find(({ action: word }) => word === "READ")?.a;
  const table = read === undefined ? undefined : before.table(read);
  return stash === undefined || table === undefined || sameName(table.name, stash)
    ? undefined
    : { table, stash };
}

/** A return; why it is none, as the rest of a sentence; undefined when no row goes away after the copy. */
function judge(replay: Replay, filled: Step, { table, stash }: Way): Return | string | undefined {
  const later = replay.steps.filter(({ index, error }) => index > filled.index && error === undefined);
  const tableAt = (step: Step): string => nameAtStep(replay, filled.index, step.index, table.name);
  const stashAt = (step: Step): string => nameAtStep(replay, filled.index + 1, step.index, stash);
  const dropped = later.find(
    (step) =>
      step.action.kind === "drop" &&
      step.action.object === "table" &&
      sameName(step.action.name, tableAt(step)),
  );
  const during = later.filter(({ index }) => dropped === undefined || index < dropped.index);
  const takesBack = (step: Step): boolean => writes(step, tableAt(step)) && reads(step, stashAt(step));
  const gone = during.find((step) => !takesBack(step) && loses(step, tableAt(step)));
  if (gone === undefined) return undefined;
  if (replay.before.table(stash) !== undefined) return "was there before this file and may hold other rows";
  const back = during.findLast((step) => step.index > gone.index && takesBack(step));
  if (back === undefined) return dropped === undefined ? "is not put back into it afterwards" : undefined;
  const between = during.filter(({ index }) => index < back.index);
  const disturbed = between.find((step) => touches(step, stashAt(step)));
  if (disturbed !== undefined)
    return `is changed in line ${disturbed.statement.line}, before its rows are back`;
  const other = between.find((step) => writes(step, tableAt(step)) && !takesBack(step));
  if (other !== undefined)
    return `is not all that ${table.name} holds afterwards: line ${other.statement.line} writes other values`;
  // A loss that is said is one.
  const said = [...between, back].some(
    (step) =>
      (loses(step, tableAt(step)) || takesBack(step)) &&
      (step.statement.dataLoss !== undefined || step.statement.waivers.length > 0),
  );
  if (said) return undefined;
  const names = { tableBack: tableAt(back), stashBack: stashAt(back) };
  const columns = columnsIn(filled, table, {
    stash: back.before.table(names.stashBack),
    now: back.before.table(names.tableBack),
  });
  if (typeof columns === "string") return columns;
  const lacking = notGivenBack(columns, [...between, back].filter(takesBack));
  return lacking ?? { table: table.name, stash, ...names, filled, back, columns };
}

/** Rows of `table` that go, or change by other means than a statement about it. */
const loses = ({ action, events }: Step, table: string): boolean =>
  events.some(
    ({ action: word, a, source }) =>
      sameName(a, table) &&
      (word === "DELETE" ||
        (word === "UPDATE" && (source !== "" || !("table" in action && sameName(action.table, table))))),
  );

const writes = ({ action }: Step, table: string): boolean =>
  (action.kind === "insert" || action.kind === "update") && sameName(action.table, table);

const reads = ({ events }: Step, table: string): boolean =>
  events.some(({ action, a }) => action === "READ" && sameName(a, table));

const touches = ({ action, events }: Step, table: string): boolean =>
  events.some(
    ({ action: word, a }) => ["INSERT", "UPDATE", "DELETE"].includes(word) && fold(a) === fold(table),
  ) ||
  ((action.kind === "dropColumn" || action.kind === "renameColumn") && sameName(action.table, table));
