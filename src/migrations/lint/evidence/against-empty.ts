import type { Replay, Step } from "../../shadow/replay.ts";
import { fold, sameName } from "../../sql/structure.ts";
import { everyRowReason } from "./every-row.ts";

/** Tables, by folded name, that have no row before a statement, because its own file made or emptied them and nothing filled them. */
export function emptyTables({ steps }: Replay, { index }: Step): ReadonlySet<string> {
  const empty = new Set<string>();
  for (const step of steps.slice(0, index)) {
    const { action, error, events } = step;
    if (error !== undefined) continue;
    for (const event of events) if (event.action === "INSERT") empty.delete(fold(event.a));
    if (
      action.kind === "create" &&
      action.object === "table" &&
      step.before.table(action.name) === undefined
    ) {
      if (!action.select) empty.add(fold(action.name));
    } else if (action.kind === "delete" && everyRowReason(step, action.table) === "has no WHERE") {
      empty.add(fold(action.table));
    } else if (action.kind === "drop") {
      empty.delete(fold(action.name));
    } else if (action.kind === "renameTable" && empty.delete(fold(action.table))) {
      empty.add(fold(action.to));
    }
  }
  return empty;
}

/** The empty table that a DELETE or UPDATE holds its rows against; undefined when there is none. */
export function heldAgainst(replay: Replay, step: Step): string | undefined {
  const { action, events, tokens } = step;
  if (action.kind !== "delete" && action.kind !== "update") return undefined;
  const read = events.filter(
    ({ action: word, a, source }) =>
      word === "READ" && !sameName(a, action.table) && step.before.object("trigger", source) === undefined,
  );
  if (read.length === 0) return undefined;
  const empty = emptyTables(replay, step);
  // SQLite reads parents of foreign keys too; only what the statement names is meant.
  return read.find(({ a }) => empty.has(fold(a)) && tokens.some(({ text }) => sameName(text, a)))?.a;
}
