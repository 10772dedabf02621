import type { Action } from "../sql/action.ts";
import { fold, sameName } from "../sql/structure.ts";
import type { Event } from "./authorizer.ts";

/** Which tables hold rows that nobody but their owner can bring back, while a file moves tables about. */
export interface Rows {
  /** The name at the start of the file of the table whose rows are in `table` now; undefined when it has none to lose. */
  readonly origin: (table: string) => string | undefined;
  /** Tables that got rows in this file, by INSERT: losing those, when the rows they came from are still there, is no loss. */
  readonly filled: (table: string) => boolean;
  /** Whether this file added the column, whatever it was called then. */
  readonly addedHere: (table: string, column: string) => boolean;
  /** Whether statements before this one, of pending files too, change rows that the table had: what they are now is not what they will be. */
  readonly changed: (table: string) => boolean;
}

interface State {
  readonly held: ReadonlyMap<string, string>;
  /** Table → the tables that its rows were copied from. */
  readonly copies: ReadonlyMap<string, ReadonlySet<string>>;
  /** Table → columns that this file added. */
  readonly added: ReadonlyMap<string, ReadonlySet<string>>;
  readonly changed: ReadonlySet<string>;
}

/** Follows rows through a file's statements. */
export interface Follower {
  readonly now: () => Rows;
  readonly step: (action: Action, events: readonly Event[]) => void;
  /** What the next file starts with. */
  readonly end: () => Held;
}

/** Tables with rows that were there before what is pending, and those of them whose rows pending files change. */
export interface Held {
  readonly tables: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

export function followRows(held: Held, nameOf: (folded: string) => string): Follower {
  let state: State = {
    held: new Map([...held.tables].map((table) => [table, nameOf(table)])),
    copies: new Map(),
    added: new Map(),
    changed: held.changed,
  };
  return {
    now: () => {
      const { held: here, copies, added, changed } = state;
      return {
        origin: (table) => here.get(fold(table)),
        filled: (table) => copies.has(fold(table)),
        addedHere: (table, column) => added.get(fold(table))?.has(fold(column)) === true,
        changed: (table) => changed.has(fold(table)),
      };
    },
    step: (action, events) => {
      const next = moved(state, action, events);
      state = ["insert", "update", "delete"].includes(action.kind) ? changedBy(next, events) : next;
    },
    end: () => ({
      tables: new Set([...state.held.keys(), ...state.copies.keys()]),
      changed: state.changed,
    }),
  };
}

/** Rows that are no longer what they were: also those that foreign keys and triggers reach. */
function changedBy(state: State, events: readonly Event[]): State {
  const reached = events.filter(({ action }) => action === "UPDATE" || action === "DELETE");
  return { ...state, changed: new Set([...state.changed, ...reached.map(({ a }) => fold(a))]) };
}

function moved(state: State, action: Action, events: readonly Event[]): State {
  switch (action.kind) {
    case "create":
      return action.select ? copied(state, action.name, events) : state;
    case "insert":
      return copied(state, action.table, events);
    case "renameTable": {
      const to = (name: string): string => (sameName(name, action.table) ? fold(action.to) : name);
      return {
        held: new Map([...state.held].map(([name, origin]) => [to(name), origin])),
        copies: new Map([...state.copies].map(([name, from]) => [to(name), new Set([...from].map(to))])),
        added: new Map([...state.added].map(([name, columns]) => [to(name), columns])),
        changed: new Set([...state.changed].map(to)),
      };
    }
    case "addColumn":
      return withColumns(state, action.table, (columns) => [...columns, fold(action.column)]);
    case "dropColumn":
      return withColumns(state, action.table, (columns) =>
        columns.filter((name) => !sameName(name, action.column)),
      );
    case "renameColumn":
      return withColumns(state, action.table, (columns) =>
        columns.map((name) => (sameName(name, action.column) ? fold(action.to) : name)),
      );
    case "drop":
      return action.object === "table" || action.object === "virtual table"
        ? dropped(state, fold(action.name))
        : state;
    default:
      return state;
  }
}

function withColumns(
  state: State,
  table: string,
  change: (columns: readonly string[]) => readonly string[],
): State {
  const columns = change([...(state.added.get(fold(table)) ?? [])]);
  return { ...state, added: new Map([...state.added, [fold(table), new Set(columns)]]) };
}

function copied(state: State, into: string, events: readonly Event[]): State {
  const sources = events
    .filter(
      ({ action, a }) =>
        action === "READ" && !sameName(a, into) && (state.held.has(fold(a)) || state.copies.has(fold(a))),
    )
    .map(({ a }) => fold(a));
  const known = state.copies.get(fold(into)) ?? [];
  return { ...state, copies: new Map([...state.copies, [fold(into), new Set([...known, ...sources])]]) };
}

/** What was copied out of a table that is gone is the only copy from then on. */
function dropped(state: State, name: string): State {
  const origin = state.held.get(name);
  const heirs =
    origin === undefined
      ? []
      : [...state.copies]
          .filter(([, from]) => from.has(name))
          .map(([heir]): [string, string] => [heir, state.held.get(heir) ?? origin]);
  const others = <V>(of: ReadonlyMap<string, V>): ReadonlyMap<string, V> =>
    new Map([...of].filter(([table]) => table !== name));
  return {
    held: others(new Map([...state.held, ...heirs])),
    copies: others(state.copies),
    added: others(state.added),
    changed: new Set([...state.changed].filter((table) => table !== name)),
  };
}
