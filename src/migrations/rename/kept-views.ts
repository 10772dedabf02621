import type { Shadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { columns, fold, sameName, type Table } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import { sqlName } from "./sql-name.ts";

/**
 * Statements that give views which show the column under its own name a list of their columns: SQLite renames it within them, and what
 * they are asked for stays what it was. A view of `*` shows both names, and is left alone.
 * @param before the shadow before the copy was added @param after it was
 */
export function keptViews(
  table: Table,
  from: string,
  to: string,
  before: Shadow,
  after: Shadow,
): readonly string[] {
  const schema = after.schema();
  return reading(table, schema).flatMap((view) => {
    const shown = columns(before.trusted, view.name).map(({ name }) => name);
    const hasCopy = columns(after.trusted, view.name).some(({ name }) => sameName(name, to));
    const place = placeOfList(view.sql);
    const showsIt = shown.some((name) => sameName(name, from));
    if (!showsIt || place === undefined || (hasCopy && !shown.some((name) => sameName(name, to)))) return [];
    const list = ` (${shown.map(sqlName).join(", ")})`;
    const triggers = schema.filter(
      ({ type, tableName }) => type === "trigger" && sameName(tableName, view.name),
    );
    return [
      `DROP VIEW ${sqlName(view.name)}`,
      view.sql.slice(0, place) + list + view.sql.slice(place),
      ...triggers.map(({ sql }) => sql),
    ];
  });
}

/** The views that read the table, directly or through others. */
function reading(table: Table, schema: readonly SchemaObject[]): readonly SchemaObject[] {
  const named = new Set([fold(table.name)]);
  const views = schema.filter(({ type }) => type === "view");
  const found = new Set<SchemaObject>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const view of views) {
      if (
        found.has(view) ||
        !tokens(view.sql).some(({ kind, text }) => kind !== "string" && named.has(fold(text)))
      )
        continue;
      found.add(view);
      named.add(fold(view.name));
      grown = true;
    }
  }
  return [...found];
}

/** Where CREATE VIEW may have the list of its columns; undefined when it has one. */
function placeOfList(sql: string): number | undefined {
  const all = tokens(sql);
  let at = all.findIndex(({ keyword }) => keyword === "VIEW") + 1;
  if (all[at]?.keyword === "IF" && all[at + 1]?.keyword === "NOT") at += 3;
  if (all[at + 1]?.text === ".") at += 2;
  return all[at + 1]?.text === "(" ? undefined : all[at]?.end;
}
