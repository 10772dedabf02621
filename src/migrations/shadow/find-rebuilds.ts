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
  /** The table in which its rows waited while it was dropped and made again; `copies` then read as if they came from the old table. */
  readonly stash: Stash | undefined;
}

export interface Stash {
  readonly name: string;
  /** The statement that copies all rows into it. */
  readonly filled: Step;
  readonly drop: Step | undefined;
  /** It as it was filled. */
  readonly declared: Table | undefined;
}

interface Identity {
  /** The name that it stands for: its own at the start of the file, or that of the table whose place it took. */
  stands: string | undefined;
  readonly create: Step | undefined;
  /** The statement that moved it away from the name that it stands for. */
  aside?: Step;
}

interface Copying {
  readonly from: Identity;
  readonly into: Identity;
  /** What `from` was called. */
  readonly name: string;
  readonly step: Step;
}

interface Dropped {
  readonly identity: Identity;
  readonly name: string;
  readonly step: Step;
}

/**
 * Finds the rebuilds of a file: a table is dropped, and one made in this file has its name afterwards. Both orders count: the
 * new one renamed into place, or the old one renamed aside first. A table that is rebuilt twice is found twice.
 */
export function rebuilds(replay: Replay): readonly Rebuild[] {
  const { dropped, copies, successors } = followTables(replay);
  const places = dropped.flatMap((one): readonly Place[] => {
    const { identity, step } = one;
    const successor = successors.get(identity);
    if (identity.stands === undefined || successor?.create === undefined) return [];
    const first = [identity.aside, successor.create, step]
      .filter((candidate) => candidate !== undefined)
      .reduce((earliest, candidate) => (candidate.index < earliest.index ? candidate : earliest));
    const old = first.before.table(identity.stands);
    if (old === undefined) return [];
    return [{ ...one, table: identity.stands, successor, create: successor.create, old }];
  });
  return places.flatMap(({ identity, name, step, table, successor, create, old }) => {
    const next = places.find((one) => one.identity === successor)?.old;
    const rebuilt = next ?? replay.after.table(table) ?? replay.after.table(nameDuring(create));
    if (rebuilt === undefined) return [];
    const direct = copies.filter((copy) => copy.from === identity && copy.into === successor);
    const through = direct.length > 0 ? undefined : throughStash(identity, successor, copies, dropped);
    return [
      {
        table,
        droppedAs: name,
        successor: nameDuring(create),
        create,
        copies: through === undefined ? direct.map((copy) => copy.step) : [through.step],
        copiedAs: through?.name ?? direct[0]?.name ?? name,
        drop: step,
        old,
        rebuilt,
        stash: through?.stash,
      },
    ];
  });
}

interface Place extends Dropped {
  readonly table: string;
  readonly successor: Identity;
  readonly create: Step;
  readonly old: Table;
}

/** Follows each table of a file through its names. */
function followTables(replay: Replay): {
  readonly dropped: readonly Dropped[];
  readonly copies: readonly Copying[];
  /** Table → the one that took its place. */
  readonly successors: ReadonlyMap<Identity, Identity>;
} {
  const current = new Map<string, Identity>();
  for (const table of replay.before.tables())
    current.set(fold(table.name), { stands: table.name, create: undefined });
  const dropped: Dropped[] = [];
  const copies: Copying[] = [];
  const successors = new Map<Identity, Identity>();
  /** Folded name → the table that last stood for it, and does not have it any more. */
  const vacant = new Map<string, Identity>();
  for (const step of replay.steps) {
    const { action } = step;
    // A rename that fails (a view still names the dropped table) shows what was meant all the same.
    if (step.error !== undefined && action.kind !== "renameTable") continue;
    if (action.kind === "create" && action.object === "table" && !current.has(fold(action.name))) {
      const made: Identity = { stands: undefined, create: step };
      takes(made, action.name);
      if (action.select) copied(step, made);
    } else if (action.kind === "renameTable") {
      const identity = current.get(fold(action.table));
      if (identity === undefined) continue;
      if (leaves(identity, action.table)) identity.aside ??= step;
      current.delete(fold(action.table));
      takes(identity, action.to);
    } else if (action.kind === "drop" && action.object === "table") {
      const identity = current.get(fold(action.name));
      if (identity === undefined) continue;
      leaves(identity, action.name);
      current.delete(fold(action.name));
      dropped.push({ identity, name: action.name, step });
    } else if (action.kind === "insert") {
      const into = current.get(fold(action.table));
      if (into !== undefined) copied(step, into);
    }
  }
  return { dropped, copies, successors };

  function takes(identity: Identity, name: string): void {
    current.set(fold(name), identity);
    const before = vacant.get(fold(name));
    if (before === undefined || before === identity || identity.create === undefined) return;
    vacant.delete(fold(name));
    successors.set(before, identity);
    identity.stands = before.stands;
  }

  function leaves(identity: Identity, name: string): boolean {
    if (identity.stands === undefined || !sameName(identity.stands, name)) return false;
    vacant.set(fold(name), identity);
    return true;
  }

  function copied(step: Step, into: Identity): void {
    for (const table of new Set(
      step.events.filter((event) => event.action === "READ").map((event) => fold(event.a)),
    )) {
      const from = current.get(table);
      if (from !== undefined && from !== into) copies.push({ from, into, name: table, step });
    }
  }
}

/** A copy by way of another table, one statement each, as one copy from the old table; undefined when there is none such. */
function throughStash(
  old: Identity,
  successor: Identity,
  copies: readonly Copying[],
  dropped: readonly Dropped[],
): { readonly step: Step; readonly name: string; readonly stash: Stash } | undefined {
  const back = copies.filter(({ into }) => into === successor);
  const ways = back.flatMap((second) =>
    copies
      .filter(
        ({ from, into, step }) => from === old && into === second.from && step.index < second.step.index,
      )
      .map((first) => ({ first, second })),
  );
  const [way, ...more] = ways;
  const [one, two] = [way?.first.step.copy, way?.second.step.copy];
  if (way === undefined || more.length > 0 || one === undefined || two === undefined) return undefined;
  const { first, second } = way;
  const intoStash = copies.filter(({ into }) => into === second.from).length;
  const name = second.name;
  const partial =
    one.partial ??
    two.partial ??
    (sameName(two.table ?? "", name) ? undefined : `FROM ${two.table}`) ??
    (intoStash > 1 ? `rows of other tables in ${name}` : undefined);
  return {
    name: first.name,
    stash: {
      name,
      filled: first.step,
      drop: dropped.find(({ identity }) => identity === second.from)?.step,
      declared: second.step.before.table(name),
    },
    step: {
      ...second.step,
      copy: {
        partial,
        table: partial === undefined ? one.table : undefined,
        select: `WITH ${quoted(name)} AS (${one.select}) ${two.select}`,
        columns: two.columns.map((column) => {
          const { from } = column;
          const source = one.columns.find(({ into }) => from !== undefined && sameName(into, from.column));
          return source === undefined ? column : { ...source, into: column.into };
        }),
      },
    },
  };
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
  ) ??
  all.find(
    ({ stash, copies }) =>
      stash !== undefined &&
      sameName(stash.name, table) &&
      stash.filled.index < step.index &&
      copies.some((copy) => step.index < copy.index),
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
