import { nameAt } from "./action.ts";
import type { SchemaObject } from "./schema-guard.ts";
import { tokens, topLevel } from "./tokens.ts";

/** Whether an object of the schema is a virtual table: FTS5, say. */
export const isVirtualTable = ({ type, sql }: SchemaObject): boolean =>
  type === "table" && /^\s*create\s+virtual\s/i.test(sql);

/** The tables that FTS5 and R*Tree keep for themselves, named after their virtual table. */
export function virtualParts(schema: readonly SchemaObject[]): readonly string[] {
  const names = new Set(schema.map((object) => object.name));
  return schema
    .filter(isVirtualTable)
    .flatMap((object) => partsOf(object.sql).map((part) => `${object.name}_${part}`))
    .filter((name) => names.has(name));
}

function partsOf(createSql: string): readonly string[] {
  const all = tokens(createSql);
  const at = topLevel(all, "USING");
  const has = (option: string, value?: string): boolean =>
    all.some(
      (token, i) =>
        token.keyword === option &&
        all[i + 1]?.text === "=" &&
        (value === undefined || nameAt(all[i + 2]) === value),
    );
  switch (nameAt(all[at + 1]).toLowerCase()) {
    case "fts5":
      // With a content table of the user's own, or none, FTS5 makes no `_content`: one of that name is the user's.
      return [
        "data",
        "idx",
        "config",
        ...(has("CONTENT") ? [] : ["content"]),
        ...(has("COLUMNSIZE", "0") ? [] : ["docsize"]),
      ];
    case "rtree":
    case "rtree_i32":
      return ["node", "parent", "rowid"];
    default:
      return [];
  }
}
