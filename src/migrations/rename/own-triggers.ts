import type { SchemaObject } from "../sql/schema-guard.ts";
import { sameName, type Table } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import { sqlName } from "./sql-name.ts";

/** A trigger of the table that acts on every UPDATE, also on the one that only carries a value to the copy. */
export interface Narrowed {
  readonly name: string;
  /** It, for all columns but the copy. */
  readonly sql: string;
}

/**
 * Triggers that would fire for each value that is carried over: an `updated_at` would be new in all rows, a log would have every change
 * twice. Until the copy is gone they name the columns that they are about.
 */
export function narrowedTriggers(table: Table, schema: readonly SchemaObject[]): readonly Narrowed[] {
  const columns = table.columns.filter(({ kind }) => kind === "plain").map(({ name }) => sqlName(name));
  return schema
    .filter(({ type, tableName }) => type === "trigger" && sameName(tableName, table.name))
    .flatMap(({ name, sql }) => {
      const update = eventOf(sql);
      return update === undefined || update.columns
        ? []
        : [{ name, sql: `${sql.slice(0, update.end)} OF ${columns.join(", ")}${sql.slice(update.end)}` }];
    });
}

/** Such a trigger without the columns again. */
export function widened(sql: string): string {
  const update = eventOf(sql);
  return update === undefined ? sql : `${sql.slice(0, update.end)} ${sql.slice(update.on)}`;
}

/** Where an UPDATE trigger says what it is about; undefined for one that is about something else. */
function eventOf(
  sql: string,
): { readonly end: number; readonly columns: boolean; readonly on: number } | undefined {
  const all = tokens(sql);
  let name = all.findIndex(({ keyword }) => keyword === "TRIGGER") + 1;
  if (all[name]?.keyword === "IF" && all[name + 1]?.keyword === "NOT") name += 3;
  const at = all.findIndex(({ keyword }, i) => i > name && ["INSERT", "UPDATE", "DELETE"].includes(keyword));
  const on = all.findIndex(({ keyword }, i) => i > at && keyword === "ON");
  const [event, target] = [all[at], all[on]];
  if (event?.keyword !== "UPDATE" || target === undefined) return undefined;
  return { end: event.end, columns: all[at + 1]?.keyword === "OF", on: target.start };
}
