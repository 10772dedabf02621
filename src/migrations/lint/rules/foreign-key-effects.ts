import type { Event } from "../../shadow/authorizer.ts";
import { copyUnmoved, type Rebuild, rebuildOf, rebuilds } from "../../shadow/find-rebuilds.ts";
import { findReturns, type Returns, returning } from "../../shadow/find-returns.ts";
import { isSystem, type Replay, type Step } from "../../shadow/replay.ts";
import { closureRebuild, recipeText } from "../../shadow/safe-rebuild.ts";
import { fold, sameName } from "../../sql/structure.ts";
import { emptyTables } from "../evidence/against-empty.ts";
import { reachesAll, writesAgain } from "../evidence/trigger-bodies.ts";
import { switchesOn } from "./pragmas.ts";
import { at, type Finding, type Rule } from "./rule.ts";

/** DL3: rows of other tables that a statement deletes or changes, through foreign keys or triggers. */
export const foreignKeyEffects: Rule = {
  code: "DL3",
  title:
    "foreign keys or triggers that carry a statement into other tables. For a rebuild there is no waiver: the safe one is printed",
  severity: "error",
  except: "but what only follows along (`ON UPDATE CASCADE`, a trigger with a `WHERE`) is a warning",
  waiver: "data-loss",
  silentOnNew: true,
  check: (replay) => {
    const found = rebuilds(replay);
    const returns = findReturns(replay);
    return replay.steps.flatMap((step) => [
      ...effects(replay, found, returns, step),
      ...stranded(replay, found, step, isDeferred(replay, step)),
    ]);
  },
};

/**
 * Whether a rebuild may drop a parent here: what the DROP breaks is counted until the deferral is switched off (FK1 wants a
 * check before that). A deferral that is left on fails at the commit, for the count knows nothing of the new table.
 */
function isDeferred({ steps }: Replay, { index }: Step): boolean {
  const switches = steps.flatMap(({ action, index: at }) =>
    action.kind === "pragma" && action.name === "defer_foreign_keys" && action.argument !== ""
      ? [{ at, on: switchesOn(action.argument) }]
      : [],
  );
  const before = switches.findLast(({ at }) => at < index);
  return before?.on === true && switches.some(({ at, on }) => at > index && !on);
}

/** Whether what this statement breaks is only counted. */
const isDeferring = ({ steps }: Replay, { index }: Step): boolean =>
  steps.findLast(
    ({ action, index: at }) =>
      at < index &&
      action.kind === "pragma" &&
      action.name === "defer_foreign_keys" &&
      switchesOn(action.argument),
  ) !== undefined;

/** Rows that are inserted under the old name again take their references back from the count, and the transaction can end. */
const comesBack = ({ create, drop, successor, table, copies }: Rebuild): boolean =>
  create.index > drop.index && sameName(successor, table) && copies.length > 0;

function target(step: Step): string | undefined {
  const { action } = step;
  switch (action.kind) {
    case "drop":
      return action.object === "table" ? action.name : undefined;
    case "delete":
    case "update":
    case "insert":
      return action.table;
    default:
      return undefined;
  }
}

function effects(
  replay: Replay,
  found: readonly Rebuild[],
  returns: Returns,
  step: Step,
): readonly Finding[] {
  const direct = target(step);
  if (direct === undefined || step.error !== undefined) return [];
  const mayHoldRows = (table: string): boolean =>
    !isSystem(table) &&
    !found.some((rebuild) => isCopied(rebuild, table, step)) &&
    (step.rows.filled(table) || step.holds(table));
  const isTable = step.before.table(direct) !== undefined;
  if (isTable && !mayHoldRows(direct) && step.action.kind !== "insert") return [];
  const comesBack = (table: string): boolean => returning(returns, replay, step, table) !== undefined;
  const byStatement = step.events.filter(({ a }) => mayHoldRows(a) && !comesBack(a));
  const renewed = (event: Event): boolean =>
    step.action.kind === "update" && event.source !== "" && writesAgain(step, event.source, event.a);
  const deleted = names(
    byStatement.filter(
      (event) =>
        event.action === "DELETE" && (!sameName(event.a, direct) || event.source !== "") && !renewed(event),
    ),
  );
  const updates = byStatement.filter(
    (event) =>
      (event.action === "UPDATE" || (event.action === "DELETE" && renewed(event))) && !isOwn(event, direct),
  );
  // What an INSTEAD OF trigger writes is what the statement says, unless the trigger reaches further.
  const meant = (event: Event): boolean => !isTable && event.source !== "" && !wide(event);
  const wide = (event: Event): boolean => event.source !== "" && reachesAll(step, event.source, event.a);
  const changed = names(
    updates.filter((event) => !meant(event) && (!sameName(event.a, direct) || wide(event))),
  );
  const emptied = emptiedKeys(step, direct, updates);
  const own = comesBack(direct) ? [] : selfActions(step, direct);
  const touched = touchedColumns(step, direct, updates);
  if (deleted.length === 0 && changed.length === 0 && own.length === 0 && touched.length === 0) return [];
  const what = [
    ...deleted.map((table) => `deletes rows of ${table}`),
    ...changed.map((table) => `changes rows of ${table}`),
    ...own,
    ...touched,
  ].join(" and ");
  const but = stillMissing(returns, [...deleted, ...changed], step);
  const rebuild = rebuildOf(found, step);
  if (rebuild !== undefined)
    return [
      refusedRebuild(
        replay,
        step,
        rebuild,
        `dropping ${direct} to rebuild it ${what}: its foreign keys act, and no PRAGMA stops them on D1${but}`,
      ),
    ];
  const harmless =
    deleted.length === 0 &&
    own.length === 0 &&
    emptied.length === 0 &&
    !updates.some(wide) &&
    (step.action.kind === "update" || updates.every(({ source }) => source !== ""));
  return [
    at(step, {
      severity: harmless ? "warning" : "error",
      message: `${verb(step)} ${direct} also ${what}, by foreign keys or triggers${but}`,
      fix:
        touched.length > 0
          ? 'drop the trigger before it and create it again after it, or say why: -- d1:data-loss "why"'
          : 'say why those rows may go or change: -- d1:data-loss "why"',
    }),
  ];
}

/** What copies of these tables lack to bring their rows back. */
const stillMissing = ({ missing }: Returns, tables: readonly string[], step: Step): string =>
  missing
    .filter(({ table, filled }) => filled.index < step.index && tables.some((name) => sameName(name, table)))
    .map(({ table, why }) => `; the copy of ${table} ${why}`)
    .join("");

/** What the statement itself does to its table. */
const isOwn = (event: Event, direct: string): boolean => event.source === "" && sameName(event.a, direct);

/** Columns of its own rows that an UPDATE does not name and that its triggers write: `updated_at` in every row of a backfill. */
function touchedColumns(step: Step, direct: string, updates: readonly Event[]): readonly string[] {
  if (step.action.kind !== "update") return [];
  const set = new Set(
    step.events.filter((event) => event.action === "UPDATE" && isOwn(event, direct)).map(({ b }) => fold(b)),
  );
  const written = updates.filter(
    ({ action, a, b, source }) =>
      action === "UPDATE" &&
      source !== "" &&
      sameName(a, direct) &&
      !set.has(fold(b)) &&
      !step.rows.addedHere(direct, b) &&
      !reachesAll(step, source, a),
  );
  const byTrigger = Map.groupBy(written, ({ source }) => source);
  return [...byTrigger].map(
    ([trigger, events]) =>
      `overwrites ${[...new Set(events.map(({ b }) => b))].join(", ")} by the trigger ${trigger}`,
  );
}

/** Tables whose reference is set to NULL or to its default when a key changes that it follows: what it referred to is forgotten. */
function emptiedKeys(step: Step, direct: string, updates: readonly Event[]): readonly string[] {
  if (step.action.kind !== "update") return [];
  const changed = [direct, ...names(updates)];
  return names(updates.filter(({ source }) => source === "")).filter((name) =>
    step.before
      .table(name)
      ?.foreignKeys.some(
        (key) =>
          ["SET NULL", "SET DEFAULT"].includes(key.onUpdate) &&
          changed.some((table) => sameName(table, key.parent)),
      ),
  );
}

/** A table that refers to itself: deleting a row takes those along that refer to it. */
function selfActions(step: Step, table: string): readonly string[] {
  if (step.action.kind !== "delete") return [];
  const keys = step.before.table(table)?.foreignKeys.filter((key) => sameName(key.parent, table)) ?? [];
  if (keys.some((key) => key.onDelete === "CASCADE"))
    return [`deletes the rows of ${table} that refer to those it names`];
  return keys.some((key) => ["SET NULL", "SET DEFAULT"].includes(key.onDelete))
    ? [`changes the rows of ${table} that refer to those it names`]
    : [];
}

/** The old table of another rebuild, between its copy and its own DROP: what happens to its rows does not matter any more. */
const isCopied = (rebuild: Rebuild, table: string, step: Step): boolean =>
  sameName(rebuild.droppedAs, table) &&
  rebuild.copies.length > 0 &&
  rebuild.copies.every((copy) => copy.index < step.index) &&
  step.index < rebuild.drop.index;

/** DROP TABLE while another table still refers to it: it fails as soon as there are rows, or leaves a reference to nothing. */
function stranded(
  replay: Replay,
  found: readonly Rebuild[],
  step: Step,
  deferred: boolean,
): readonly Finding[] {
  const { action } = step;
  if (action.kind !== "drop" || action.object !== "table" || step.error !== undefined) return [];
  const children = step.before
    .tables()
    .filter((table) => !sameName(table.name, action.name) && step.holds(table.name))
    .filter((table) => !found.some((rebuild) => isCopied(rebuild, table.name, step)))
    // Emptied on purpose, its rows put by.
    .filter(
      (table) => rebuildOf(found, step) === undefined || !emptyTables(replay, step).has(fold(table.name)),
    )
    .filter((table) =>
      table.foreignKeys.some(
        (key) => sameName(key.parent, action.name) && ["NO ACTION", "RESTRICT"].includes(key.onDelete),
      ),
    )
    .map((table) => table.name);
  if (children.length === 0) return [];
  const rebuild = rebuildOf(found, step);
  if (rebuild !== undefined) {
    if (deferred || (isDeferring(replay, step) && comesBack(rebuild))) return [];
    return [
      refusedRebuild(
        replay,
        step,
        rebuild,
        `dropping ${action.name} to rebuild it fails as soon as ${children.join(", ")} has a row that refers to it`,
      ),
    ];
  }
  return [
    at(step, {
      message: `drops ${action.name}, to which ${children.join(", ")} still refers`,
      fix: `rebuild ${children.join(", ")} without the reference first`,
    }),
  ];
}

function refusedRebuild(replay: Replay, step: Step, rebuild: Rebuild, message: string): Finding {
  const copy = copyUnmoved(rebuild);
  const recipe = closureRebuild(beforeRebuild(replay, rebuild), {
    table: rebuild.table,
    create: rebuild.create.statement.sql,
    createName: rebuild.successor,
    withoutIndexes: madeAnew(replay, rebuild),
    ...(copy === undefined ? {} : { copy }),
  });
  return at(step, {
    message,
    fix:
      recipe.kind === "recipe"
        ? `put this in the place of the rebuild; it keeps every row:\n${recipeText(recipe)}`
        : `no statements rebuild it and keep every row: ${recipe.reason}; change what refers to it in a file before`,
    waivable: false,
  });
}

/** Indexes that the file makes again itself, or whose columns the new table does not have. */
const madeAnew = (replay: Replay, { old, rebuilt }: Rebuild): readonly string[] =>
  old.indexes
    .filter(
      ({ name, columns }) =>
        replay.steps.some(
          ({ action }) =>
            action.kind === "create" && action.object === "index" && sameName(action.name, name),
        ) ||
        columns.some(
          (column) => column !== undefined && !rebuilt.columns.some((now) => sameName(now.name, column)),
        ),
    )
    .map(({ name }) => name);

/** The schema before the first statement of the rebuild: its CREATE TABLE, or the rename that moves the old table aside. */
function beforeRebuild(replay: Replay, rebuild: Rebuild): Step["before"] {
  const aside = replay.steps.find(
    ({ action, index }) =>
      action.kind === "renameTable" && sameName(action.table, rebuild.table) && index < rebuild.create.index,
  );
  return (aside ?? rebuild.create).before;
}

const names = (events: readonly Event[]): readonly string[] => [...new Set(events.map(({ a }) => a))];

const verb = (step: Step): string => {
  switch (step.action.kind) {
    case "drop":
      return "dropping";
    case "delete":
      return "deleting from";
    case "update":
      return "updating";
    default:
      return "inserting into";
  }
};
