import type { Replay, Step } from "./replay.ts";
import { fold, type Table } from "./structure.ts";

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
  readonly drop: Step;
  readonly old: Table;
  readonly rebuilt: Table;
}

interface Identity {
  /** Name at the start of the file; undefined for a table made in it. */
  readonly origin: string | undefined;
  readonly create: Step | undefined;
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
  const copies: { readonly from: Identity; readonly into: Identity; readonly step: Step }[] = [];
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
    const old = replay.before.table(origin);
    const rebuilt =
      replay.after.table(origin) ??
      (successor?.create === undefined ? undefined : replay.after.table(nameDuring(successor.create)));
    if (successor?.create === undefined || old === undefined || rebuilt === undefined) return [];
    const into = copies.filter((copy) => copy.from === identity && copy.into === successor);
    return [
      {
        table: origin,
        droppedAs: name,
        successor: nameDuring(successor.create),
        create: successor.create,
        copies: into.map((copy) => copy.step),
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
      if (from !== undefined && from !== into) copies.push({ from, into, step });
    }
  }
}

const nameDuring = (create: Step): string => (create.action.kind === "create" ? create.action.name : "");

/** The rebuild that a DROP TABLE statement belongs to. */
export const rebuildOf = (all: readonly Rebuild[], step: Step): Rebuild | undefined =>
  all.find((rebuild) => rebuild.drop === step);
