import { fold, quoted, sameName, type Table } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import type { Replay, Step } from "./replay.ts";

/** A table that a file replaces by another one of the same name, whatever it is called on the way. */
export interface Rebuild {
  /** Its name before and after. */
  readonly table: string;
  /** What the old table was called when it was dropped; the same as `table` unless it was moved aside first. */
  readonly droppedAs: string;
  /** What the new table was called when rows were copied into it. */
  readonly successor: string;
  readonly create: Step;
  /** The INSERT … SELECT statements from the old into the new one. */
  readonly copies: readonly Step[];
  /** What the old table was called when it was copied. */
  readonly copiedAs: string;
  readonly drop: Step;
  /** The old table right before the first statement of the rebuild. */
  readonly old: Table;
  readonly rebuilt: Table;
}

interface Identity {
  /** Name at the start of the file; undefined for a table made in it. */
  readonly origin: string | undefined;
  readonly create: Step | undefined;
  /** The statement that moved it to another name. */
  aside?: Step;
}

/**
 * Finds the rebuilds of a file: a table of before is dropped, and a table made in this file has its name at the end.
 * Both orders count: the new one renamed into place, or the old one renamed aside first.
 */
export function rebuilds(replay: Replay): readonly Rebuild[] {
  const current = new Map<string, Identity>();
  for (const table of replay.before.tables())
    current.set(fold(table.name), { origin: table.name, create: undefined });
  const dropped: { readonly identity: Identity; readonly name: string; readonly step: Step }[] = [];
  const copies: {
    readonly from: Identity;
    readonly into: Identity;
    readonly name: string;
    readonly step: Step;
  }[] = [];
  for (const step of replay.steps) {
    const { action } = step;
    // A rename that fails (a view still names the dropped table) shows what was meant all the same.
    if (step.error !== undefined && action.kind !== "renameTable") continue;
    if (action.kind === "create" && action.object === "table" && !current.has(fold(action.name))) {
      const made: Identity = { origin: undefined, create: step };
      current.set(fold(action.name), made);
      if (action.select) copied(step, made);
    } else if (action.kind === "renameTable") {
      const identity = current.get(fold(action.table));
      if (identity === undefined) continue;
      identity.aside ??= step;
      current.delete(fold(action.table));
      current.set(fold(action.to), identity);
    } else if (action.kind === "drop" && action.object === "table") {
      const identity = current.get(fold(action.name));
      if (identity === undefined) continue;
      current.delete(fold(action.name));
      dropped.push({ identity, name: action.name, step });
    } else if (action.kind === "insert") {
      const into = current.get(fold(action.table));
      if (into !== undefined) copied(step, into);
    }
  }
  return dropped.flatMap(({ identity, name, step }) => {
    const { origin } = identity;
    if (origin === undefined) return [];
    const successor = current.get(fold(origin));
    if (successor?.create === undefined) return [];
    const first = [identity.aside, successor.create, step]
      .filter((one) => one !== undefined)
      .reduce((earliest, one) => (one.index < earliest.index ? one : earliest));
    const old = first.before.table(origin);
    const rebuilt = replay.after.table(origin) ?? replay.after.table(nameDuring(successor.create));
    if (old === undefined || rebuilt === undefined) return [];
    const into = copies.filter((copy) => copy.from === identity && copy.into === successor);
    return [
      {
        table: origin,
        droppedAs: name,
        successor: nameDuring(successor.create),
        create: successor.create,
        copies: into.map((copy) => copy.step),
        copiedAs: into[0]?.name ?? name,
        drop: step,
        old,
        rebuilt,
      },
    ];
  });

  function copied(step: Step, into: Identity): void {
    for (const table of new Set(
      step.events.filter((event) => event.action === "READ").map((event) => fold(event.a)),
    )) {
      const from = current.get(table);
      if (from !== undefined && from !== into) copies.push({ from, into, name: table, step });
    }
  }
}

/** What a table that was made at one step is called before another. */
export function nameAtStep(replay: Replay, from: number, to: number, name: string): string {
  let now = name;
  for (const { action } of replay.steps.slice(from, to)) {
    if (action.kind === "renameTable" && fold(action.table) === fold(now)) now = action.to;
  }
  return now;
}

/** The rebuild whose new table, with the rows in it already, is called `table` at this step, while the old one is there. */
export const filling = (
  replay: Replay,
  all: readonly Rebuild[],
  step: Step,
  table: string,
): Rebuild | undefined =>
  all.find(
    ({ copies, create, successor, drop }) =>
      copies.some((copy) => copy.index < step.index) &&
      step.index < drop.index &&
      sameName(nameAtStep(replay, create.index, step.index, successor), table),
  );

/** A query over the old table as it reads when that has not been moved aside yet. */
function unmoved(sql: string, { copiedAs, table }: Rebuild): string {
  if (sameName(copiedAs, table)) return sql;
  let text = "";
  let copied = 0;
  for (const token of tokens(sql)) {
    if ((token.kind !== "word" && token.kind !== "name") || !sameName(token.text, copiedAs)) continue;
    text += sql.slice(copied, token.start) + quoted(table);
    copied = token.end;
  }
  return text + sql.slice(copied);
}

/** The copy as it would read if the old table had kept its name. */
export const copyUnmoved = (rebuild: Rebuild): string | undefined => {
  const [copy] = rebuild.copies;
  return copy === undefined ? undefined : unmoved(copy.statement.sql, rebuild);
};

/** The rows that the new table gets, as a live database can be asked for them: `with` before the question, `name` in it. */
export function comingRows(rebuild: Rebuild): { readonly with: string; readonly name: string } {
  const [first, ...more] = rebuild.copies;
  if (first?.copy === undefined || more.length > 0) return { with: "", name: quoted(rebuild.table) };
  const { successor, table } = rebuild;
  const { columns, select } = first.copy;
  const name = quoted(sameName(successor, table) ? `${table}__new` : successor);
  // Named with their defaults, or SQLite would take a name in double quotes for a string.
  const others = rebuild.rebuilt.columns.filter(
    (column) => column.kind === "plain" && !columns.some(({ into }) => sameName(into, column.name)),
  );
  const names = [...columns.map(({ into }) => into), ...others.map((column) => column.name)].map(quoted);
  const values = [
    "*",
    ...others.map(({ defaultSql }) => (defaultSql === undefined ? "NULL" : `(${defaultSql})`)),
  ];
  return {
    with: `WITH ${name} (${names.join(", ")}) AS (SELECT ${values.join(", ")} FROM (${unmoved(select, rebuild)})) `,
    name,
  };
}

const nameDuring = (create: Step): string => (create.action.kind === "create" ? create.action.name : "");

/** The rebuild that a DROP TABLE statement belongs to. */
export const rebuildOf = (all: readonly Rebuild[], step: Step): Rebuild | undefined =>
  all.find((rebuild) => rebuild.drop === step);
