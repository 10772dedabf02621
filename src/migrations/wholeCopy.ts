import type { Action } from "./action.ts";
import type { Event } from "./authorizer.ts";
import type { Catalog } from "./catalog.ts";
import type { Token } from "./tokens.ts";

/**
 * SQLite carries `INSERT INTO a SELECT * FROM b` out page by page, and asks its authorizer about no column of b. For the
 * rules it reads all of them.
 */
export function wholeCopy(action: Action, all: readonly Token[], before: Catalog): readonly Event[] {
  if (action.kind !== "insert" || !action.select) return [];
  const select = all.findIndex((token) => token.keyword === "SELECT");
  const [star, from, name, dot, qualified] = all.slice(select + 1);
  if (select < 0 || star?.text !== "*" || from?.keyword !== "FROM" || name === undefined) return [];
  const source = before.table(dot?.text === "." && qualified !== undefined ? qualified.text : name.text);
  if (source === undefined) return [];
  return source.columns.map((column) => ({
    action: "READ",
    a: source.name,
    b: column.name,
    database: "main",
    source: "",
  }));
}
