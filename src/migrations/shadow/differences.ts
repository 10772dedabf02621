import { ownObjects } from "../sql/fingerprint.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { type Column, fold, readTable, sameName, type Table } from "../sql/structure.ts";
import { normalised } from "../sql/tokens.ts";
import { openShadow } from "./shadow.ts";

/** An object of the schema that is not what it should be. */
export interface Difference {
  readonly kind: "added" | "removed" | "changed";
  /** `table`, `index`, `view` or `trigger`. */
  readonly type: string;
  readonly name: string;
  /** What exactly: `column email: TEXT → TEXT NOT NULL`. For people. */
  readonly details: readonly string[];
}

/** What the two sides of a comparison are called, in sentences: `only in …`. */
export interface Sides {
  readonly expected: string;
  readonly live: string;
}

const filesAndDatabase: Sides = { expected: "the files", live: "the database" };

const key = (object: SchemaObject): string => `${object.type} ${fold(object.name)}`;

/**
 * What a live schema has that it should not have, lacks, or has otherwise. Object by object: first as bytes, then as
 * tokens; where both differ, the structure says what a person wants to know.
 */
export function differences(
  expected: readonly SchemaObject[],
  live: readonly SchemaObject[],
  sides: Sides = filesAndDatabase,
): readonly Difference[] {
  const wanted = new Map(ownObjects(expected).map((object) => [key(object), object]));
  const there = new Map(ownObjects(live).map((object) => [key(object), object]));
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
      const details = was === undefined || is === undefined ? [] : tableDetails(was, is, sides);
      found.push({
        kind: "changed",
        type: object.type,
        name: object.name,
        details:
          details.length > 0
            ? details
            : [`in ${sides.expected}: ${object.sql}`, `in ${sides.live}: ${now?.sql ?? ""}`],
      });
    }
  } finally {
    before.close();
    after.close();
  }
  return found;
}

function tableDetails(was: Table, is: Table, sides: Sides): readonly string[] {
  const details: string[] = [];
  for (const column of was.columns) {
    const now = is.columns.find(({ name }) => sameName(name, column.name));
    if (now === undefined)
      details.push(`column ${column.name} (${said(column)}) is only in ${sides.expected}`);
    else if (said(now) !== said(column))
      details.push(
        `column ${column.name}: ${said(column)} in ${sides.expected}, ${said(now)} in ${sides.live}`,
      );
  }
  for (const column of is.columns) {
    if (!was.columns.some(({ name }) => sameName(name, column.name)))
      details.push(`column ${column.name} (${said(column)}) is only in ${sides.live}`);
  }
  const [keysWas, keysIs] = [was, is].map((table) =>
    table.foreignKeys.map(
      (one) => `${one.from.join(", ")} → ${one.parent} ON DELETE ${one.onDelete} ON UPDATE ${one.onUpdate}`,
    ),
  );
  details.push(...diff("foreign key", keysWas ?? [], keysIs ?? [], sides));
  const where = (isLive: boolean): string => `only in ${isLive ? sides.live : sides.expected}`;
  if (was.strict !== is.strict) details.push(`is STRICT ${where(is.strict)}`);
  if (was.withoutRowid !== is.withoutRowid) details.push(`is WITHOUT ROWID ${where(is.withoutRowid)}`);
  return details;
}

const diff = (
  what: string,
  was: readonly string[],
  is: readonly string[],
  sides: Sides,
): readonly string[] => [
  ...was.filter((one) => !is.includes(one)).map((one) => `${what} ${one} is only in ${sides.expected}`),
  ...is.filter((one) => !was.includes(one)).map((one) => `${what} ${one} is only in ${sides.live}`),
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
export function differenceLine(
  { kind, type, name, details }: Difference,
  sides: Sides = filesAndDatabase,
): string {
  switch (kind) {
    case "added":
      return `+ ${type} ${name} (only in ${sides.live})`;
    case "removed":
      return `- ${type} ${name} (only in ${sides.expected})`;
    case "changed":
      return `~ ${type} ${name}: ${details.join("; ")}`;
  }
}
