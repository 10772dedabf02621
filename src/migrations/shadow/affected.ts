import { nameAt } from "../sql/action.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import type { Catalog } from "./catalog.ts";

/**
 * Finds the tables and views, by folded name, on which a change of the schema may act: those that it makes, changes or removes,
 * views over them, tables with a trigger that names them, and tables that refer to them or that they refer to.
 */
export function affectedFinder(): (before: Catalog, after: Catalog) => ReadonlySet<string> {
  // By text: from file to file most objects stay as they are.
  const known = new Map<string, ReadonlySet<string>>();
  const mentions = ({ sql }: SchemaObject, names: ReadonlySet<string>): boolean => {
    const inside = known.get(sql) ?? namesIn(sql);
    known.set(sql, inside);
    for (const name of names) if (inside.has(name)) return true;
    return false;
  };
  return (before, after) => {
    const names = changedNames(before, after);
    if (names.size === 0) return names;
    const views = after.objects.filter(({ type }) => type === "view");
    for (let size = -1; size !== names.size; ) {
      size = names.size;
      for (const view of views) if (mentions(view, names)) names.add(fold(view.name));
    }
    const found = new Set(names);
    for (const object of after.objects) {
      if (object.type === "table" && mentions(object, names)) found.add(fold(object.name));
      if (object.type === "trigger" && mentions(object, names)) found.add(fold(object.tableName));
    }
    for (const name of names) {
      for (const { parent } of after.table(name)?.foreignKeys ?? []) found.add(fold(parent));
    }
    return found;
  };
}

/** An index or trigger that comes or goes changes its table. */
function changedNames(before: Catalog, after: Catalog): Set<string> {
  const was = new Set(before.objects.map(text));
  const is = new Set(after.objects.map(text));
  return new Set(
    [
      ...before.objects.filter((object) => !is.has(text(object))),
      ...after.objects.filter((object) => !was.has(text(object))),
    ].map((object) => fold(object.tableName)),
  );
}

const text = ({ type, name, sql }: SchemaObject): string => `${type} ${name} ${sql}`;

/** Names in an object's text, and strings too: FTS5 names its content table by one. */
const namesIn = (sql: string): ReadonlySet<string> =>
  new Set(
    tokens(sql)
      .filter(({ kind }) => kind === "word" || kind === "name" || kind === "string")
      .map((token) => fold(nameAt(token))),
  );
