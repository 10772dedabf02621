import type { CopyRule, CopyRules } from "../../declare/index.ts";
import { nearest } from "../../diagnostic/nearest.ts";
import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { isDistinct } from "../../migrations/generate/made-up.ts";
import { parentColumns } from "../../migrations/generate/parents.ts";
import { type Column, type ForeignKey, sameName, type Table } from "../../migrations/sql/structure.ts";
import { proposed } from "./propose.ts";

const all: readonly CopyRule[] = ["keep", "null", "hash", "fake"];

/** A table's rules by its name, as SQLite compares names. */
export const rulesOf = (rules: CopyRules, table: string): CopyRules[string] | undefined =>
  Object.entries(rules).find(([name]) => sameName(name, table))?.[1];

/** A column's rule; undefined where it has none. */
export const ruleOf = (rules: CopyRules[string] | undefined, column: string): CopyRule | undefined =>
  rules === undefined || rules === "none"
    ? undefined
    : Object.entries(rules).find(([name]) => sameName(name, column))?.[1];

const plain = ({ columns }: Table): readonly Column[] => columns.filter(({ kind }) => kind === "plain");

/**
 * What speaks against copying these tables by these rules; none where every column has one that it can bear.
 *
 * @param where the declaration, such as `taco/auth, copy`
 */
export function checkRules(tables: readonly Table[], rules: CopyRules, where: string): readonly Diagnostic[] {
  const missing = tables.flatMap((table) => missingOf(table, rules));
  return [
    ...Object.keys(rules).flatMap((name) =>
      unknown(
        where,
        name,
        tables.map((table) => table.name),
      ),
    ),
    ...tables.flatMap((table) => checkTable(table, tables, rules, where)),
    ...(missing.length === 0 ? [] : [unruled(tables, rules, missing, where)]),
  ];
}

const unknown = (where: string, name: string, names: readonly string[]): readonly Diagnostic[] =>
  names.some((one) => sameName(one, name))
    ? []
    : [
        {
          what: "A rule for copies names what is not there",
          where,
          got: name,
          expected: names.join(", "),
          fix: nearest(name, names) === undefined ? "take it out" : `write ${nearest(name, names)}`,
        },
      ];

const missingOf = (table: Table, rules: CopyRules): readonly string[] => {
  const own = rulesOf(rules, table.name);
  if (own === "none") return [];
  return plain(table).flatMap(({ name }) =>
    ruleOf(own, name) === undefined ? [`${table.name}.${name}`] : [],
  );
};

/** The whole block, what is known already kept, the rest proposed: a person reads it before it is pasted. */
function unruled(
  tables: readonly Table[],
  rules: CopyRules,
  missing: readonly string[],
  where: string,
): Diagnostic {
  const block = Object.fromEntries(
    tables.map((table) => {
      const own = rulesOf(rules, table.name);
      if (own === "none") return [table.name, "none"];
      return [
        table.name,
        Object.fromEntries(
          plain(table).map((column) => [
            column.name,
            ruleOf(own, column.name) ?? proposed(table, column, tables),
          ]),
        ),
      ];
    }),
  );
  return {
    what: "Columns have no rule for copies, so nothing is copied",
    where,
    got: missing.join(", "),
    expected: `one of ${all.join(", ")} for each column, or "none" for a table`,
    fix: `read this, correct it, and give it to the declaration:\n${JSON.stringify({ copy: block }, null, 2)}`,
  };
}

function checkTable(
  table: Table,
  tables: readonly Table[],
  rules: CopyRules,
  where: string,
): readonly Diagnostic[] {
  const own = rulesOf(rules, table.name);
  if (own === undefined) return [];
  if (own === "none")
    return tables.flatMap((child) =>
      child.foreignKeys
        .filter((key) => sameName(key.parent, table.name) && !sameName(child.name, table.name))
        .filter(
          (key) =>
            rulesOf(rules, child.name) !== "none" &&
            !key.from.some((from) => ruleOf(rulesOf(rules, child.name), from) === "null"),
        )
        .map((key) => ({
          what: "Rows would refer to a table that stays empty",
          where,
          got: `${child.name}.${key.from.join(", ")} refers to ${table.name}, which is "none"`,
          expected: `"none" for ${child.name} too, or "null" for the column`,
          fix: `correct the rule of ${child.name} or of ${table.name}`,
        })),
    );
  const names = plain(table).map(({ name }) => name);
  return [
    ...Object.keys(own).flatMap((name) => unknown(`${where}.${table.name}`, name, names)),
    ...plain(table).flatMap((column) => checkColumn(table, column, ruleOf(own, column.name), where)),
    ...table.foreignKeys.flatMap((key) => checkReference(table, key, tables, rules, where)),
  ];
}

function checkColumn(
  table: Table,
  column: Column,
  rule: CopyRule | undefined,
  where: string,
): readonly Diagnostic[] {
  const say = (what: string, expected: string): readonly Diagnostic[] => [
    {
      what,
      where: `${where}.${table.name}.${column.name}`,
      got: JSON.stringify(rule),
      expected,
      fix: `write ${expected}`,
    },
  ];
  if (rule === undefined) return [];
  if (!all.includes(rule))
    return say("There is no such rule for copies", all.map((one) => `"${one}"`).join(", "));
  if (rule === "null" && (column.notNull || column.primaryKey > 0))
    return say("A column that holds no NULL cannot be copied as NULL", '"hash" or "fake"');
  const isUnique = table.indexes.some(
    ({ unique, columns }) =>
      unique && columns.length === 1 && columns[0] !== undefined && sameName(columns[0], column.name),
  );
  if (rule === "fake" && (isUnique || column.primaryKey > 0) && !isDistinct(column))
    return say("Two made-up values may be the same, and this column has each only once", '"hash"');
  return [];
}

/** A reference is found again only where both ends become the same value. */
function checkReference(
  child: Table,
  key: ForeignKey,
  tables: readonly Table[],
  rules: CopyRules,
  where: string,
): readonly Diagnostic[] {
  const parent = tables.find(({ name }) => sameName(name, key.parent));
  const parentRules = parent === undefined ? undefined : rulesOf(rules, parent.name);
  if (parent === undefined || parentRules === undefined || parentRules === "none") return [];
  const to = parentColumns(key, parent);
  return key.from.flatMap((from, i) => {
    const rule = ruleOf(rulesOf(rules, child.name), from);
    const other = ruleOf(parentRules, to[i] ?? "");
    const agree = rule === other && (rule === "keep" || rule === "hash");
    if (rule === undefined || other === undefined || rule === "null" || agree) return [];
    return [
      {
        what: "A reference would find nothing in the copy",
        where: `${where}.${child.name}.${from}`,
        got: `"${rule}", and "${other}" for ${parent.name}.${to[i]}`,
        expected: '"keep" for both, or "hash" for both',
        fix: "give both the same",
      },
    ];
  });
}
