import { createHmac } from "node:crypto";
import type { CopyRule, CopyRules } from "../../declare/index.ts";
import { draw } from "../../migrations/generate/draw.ts";
import { madeUp } from "../../migrations/generate/made-up.ts";
import { valueSql } from "../../migrations/sql/literals.ts";
import { affinity, type Column, quoted, sameName, type Table } from "../../migrations/sql/structure.ts";
import { bytesOf, valuesOf } from "../d1/values.ts";
import { ruleOf, rulesOf } from "./rules.ts";

/** Makes of a row's line, as pages have it, the line of its copy. */
export type Transform = (line: string) => string;

/**
 * How rows of a table are copied. The rules are checked already.
 *
 * @param columns what a line has, as SQL, in its order: the number of the row too, where it has one
 * @param key of this copy: who has it can try values until a digest is the same
 */
export function transformOf(
  table: Table,
  columns: readonly string[],
  rules: CopyRules,
  key: string,
): Transform {
  const own = rulesOf(rules, table.name);
  const cells = columns.map((name) => {
    const column = table.columns.find((each) => quoted(each.name) === name) ?? numbered(table);
    const rule = column === undefined ? "keep" : (ruleOf(own, column.name) ?? "keep");
    return (literal: string): string =>
      column === undefined ? literal : transformed(table, column, rule, literal, key);
  });
  return (line) =>
    valuesOf(line)
      .map((value, i) => cells[i]?.(value) ?? value)
      .join(",");
}

/** The column that is the row's number by another name. */
const numbered = ({ columns }: Table): Column | undefined => {
  const primary = columns.filter(({ primaryKey }) => primaryKey > 0);
  return primary.length === 1 ? primary.find(({ type }) => sameName(type, "INTEGER")) : undefined;
};

function transformed(table: Table, column: Column, rule: CopyRule, literal: string, key: string): string {
  if (literal === "NULL") return literal;
  switch (rule) {
    case "keep":
      return literal;
    case "null":
      return "NULL";
    case "hash":
      return hashed(column, spoken(literal), key);
    case "fake": {
      const value = madeUp(column, draw(key, spoken(literal)), table.name);
      return typeof value === "number" ? String(value) : valueSql(value);
    }
    default:
      return rule satisfies never;
  }
}

/** A value whose type does not matter: `1` and `'1'` find each other by a reference, too. */
const spoken = (literal: string): string =>
  bytesOf(literal)?.bytes.toString("hex") ?? Buffer.from(literal).toString("hex");

function hashed({ type }: Column, value: string, key: string): string {
  const digest = createHmac("sha256", key).update(value).digest();
  const kind = affinity(type);
  switch (kind) {
    case "INTEGER":
    case "NUMERIC":
      return String(digest.readUIntBE(0, 6));
    case "REAL":
      return valueSql(digest.readUIntBE(0, 6));
    case "TEXT":
      return `'${digest.subarray(0, 16).toString("hex")}'`;
    case "BLOB":
      return type === ""
        ? `'${digest.subarray(0, 16).toString("hex")}'`
        : `X'${digest.subarray(0, 16).toString("hex")}'`;
    default:
      return kind satisfies never;
  }
}
