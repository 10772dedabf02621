import type { Action } from "./action.ts";
import type { Event } from "./authorizer.ts";
import { fold, sameName } from "./structure.ts";

/** Which tables hold rows that nobody but their owner can bring back, while a file moves tables about. */
export interface Rows {
  /** The name at the start of the file of the table whose rows are in `table` now; undefined when it has none to lose. */
  readonly origin: (table: string) => string | undefined;
  /** Tables that got rows in this file, by INSERT: losing those, when the rows they came from are still there, is no loss. */
  readonly filled: (table: string) => boolean;
}

interface State {
  readonly held: ReadonlyMap<string, string>;
  /** Table → the tables that its rows were copied from. */
  readonly copies: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Follows rows through a file's statements. */
export interface Follower {
  readonly now: () => Rows;
  readonly step: (action: Action, events: readonly Event[]) => void;
  /** Tables that hold rows after the file, each under its name then. */
  readonly end: () => ReadonlySet<string>;
}

export function followRows(held: ReadonlySet<string>, nameOf: (folded: string) => string): Follower {
  let state: State = { held: new Map([...held].map((table) => [table, nameOf(table)])), copies: new Map() };
  return {
    now: () => {
      const { held: here, copies } = state;
      return { origin: (table) => here.get(fold(table)), filled: (table) => copies.has(fold(table)) };
    },
    step: (action, events) => {
      state = moved(state, action, events);
    },
    end: () => new Set([...state.held.keys(), ...state.copies.keys()]),
  };
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
      };
    }
    case "drop":
      return action.object === "table" || action.object === "virtual table"
        ? dropped(state, fold(action.name))
        : state;
    default:
      return state;
  }
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
  return {
    held: new Map([...state.held, ...heirs].filter(([table]) => table !== name)),
    copies: new Map([...state.copies].filter(([table]) => table !== name)),
  };
}
