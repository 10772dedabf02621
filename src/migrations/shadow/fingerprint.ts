import { checksum } from "../files/reading.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { type Column, fold, readTable, sameName, type Table } from "../sql/structure.ts";
import { normalised } from "../sql/tokens.ts";
import { openShadow, virtualParts } from "./shadow.ts";

/** An object of the schema that is not what it should be. */
export interface Difference {
  readonly kind: "added" | "removed" | "changed";
  /** `table`, `index`, `view` or `trigger`. */
  readonly type: string;
  readonly name: string;
  /** What exactly: `column email: TEXT → TEXT NOT NULL`. For people. */
  readonly details: readonly string[];
}

/** A schema as one checksum; blanks, comments, quotes and the case of words do not matter. */
export const fingerprint = (schema: readonly SchemaObject[]): string =>
  checksum(
    own(schema)
      .map((object) => `${object.type} ${fold(object.name)}: ${normalised(object.sql)}`)
      .toSorted()
      .join("\n"),
  );

/** What a virtual table makes for itself belongs to it. */
function own(schema: readonly SchemaObject[]): readonly SchemaObject[] {
  const parts = new Set(virtualParts(schema));
  return schema.filter((object) => !parts.has(object.name) && !parts.has(object.tableName));
}

const key = (object: SchemaObject): string => `${object.type} ${fold(object.name)}`;

/**
 * What a live schema has that it should not have, lacks, or has otherwise. Object by object: first as bytes, then as
 * tokens; where both differ, the structure says what a person wants to know.
 */
export function differences(
  expected: readonly SchemaObject[],
  live: readonly SchemaObject[],
): readonly Difference[] {
  const wanted = new Map(own(expected).map((object) => [key(object), object]));
  const there = new Map(own(live).map((object) => [key(object), object]));
  const found: Difference[] = [];
  const changed: SchemaObject[] = [];
  for (const [name, object] of wanted) {
    const now = there.get(name);
    if (now === undefined)
      found.push({ kind: "removed", type: object.type, name: object.name, details: [object.sql] });
    else if (now.sql !== object.sql && normalised(now.sql) !== normalised(object.sql)) changed.push(object);
  }
  for (const [name, object] of there) {
    if (!wanted.has(name))
      found.push({ kind: "added", type: object.type, name: object.name, details: [object.sql] });
  }
  if (changed.length === 0) return found;
  const before = openShadow(expected);
  const after = openShadow(live);
  try {
    for (const object of changed) {
      const now = there.get(key(object));
      const tables =
        object.type === "table"
          ? [readTable(before.trusted, object.name), readTable(after.trusted, object.name)]
          : [];
      const [was, is] = tables;
      const details = was === undefined || is === undefined ? [] : tableDetails(was, is);
      found.push({
        kind: "changed",
        type: object.type,
        name: object.name,
        details: details.length > 0 ? details : [`expected: ${object.sql}`, `found: ${now?.sql ?? ""}`],
      });
    }
  } finally {
    before.close();
    after.close();
  }
  return found;
}

function tableDetails(was: Table, is: Table): readonly string[] {
  const details: string[] = [];
  for (const column of was.columns) {
    const now = is.columns.find(({ name }) => sameName(name, column.name));
    if (now === undefined) details.push(`column ${column.name} is missing`);
    else if (said(now) !== said(column))
      details.push(`column ${column.name}: ${said(column)} → ${said(now)}`);
  }
  for (const column of is.columns) {
    if (!was.columns.some(({ name }) => sameName(name, column.name)))
      details.push(`column ${column.name} (${said(column)}) is not in the files`);
  }
  const [keysWas, keysIs] = [was, is].map((table) =>
    table.foreignKeys.map(
      (one) => `${one.from.join(", ")} → ${one.parent} ON DELETE ${one.onDelete} ON UPDATE ${one.onUpdate}`,
    ),
  );
  details.push(...diff("foreign key", keysWas ?? [], keysIs ?? []));
  if (was.strict !== is.strict) details.push(is.strict ? "is STRICT" : "is not STRICT");
  if (was.withoutRowid !== is.withoutRowid)
    details.push(is.withoutRowid ? "is WITHOUT ROWID" : "is not WITHOUT ROWID");
  return details;
}

const diff = (what: string, was: readonly string[], is: readonly string[]): readonly string[] => [
  ...was.filter((one) => !is.includes(one)).map((one) => `${what} ${one} is missing`),
  ...is.filter((one) => !was.includes(one)).map((one) => `${what} ${one} is not in the files`),
];

const said = (column: Column): string =>
  [
    column.type || "(no type)",
    column.notNull ? "NOT NULL" : "",
    column.defaultSql === undefined ? "" : `DEFAULT ${column.defaultSql}`,
    column.primaryKey > 0 ? `PRIMARY KEY ${column.primaryKey}` : "",
    column.kind === "plain" ? "" : column.kind.toUpperCase(),
  ]
    .filter((part) => part !== "")
    .join(" ");

/** A difference in one line. */
export const differenceLine = ({ kind, type, name, details }: Difference): string => {
  const sign = kind === "added" ? "+" : kind === "removed" ? "-" : "~";
  const first =
    kind === "changed"
      ? `: ${details.join("; ")}`
      : kind === "added"
        ? " (not in the files)"
        : " (in the files, not in the database)";
  return `${sign} ${type} ${name}${first}`;
};
