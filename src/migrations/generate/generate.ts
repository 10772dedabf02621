import { UserError } from "../../diagnostic/user-error.ts";
import { catalogs } from "../shadow/catalog.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { inParts, valueSql } from "../sql/literals.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, quoted, rowids, sameName, type Table } from "../sql/structure.ts";
import { allowed } from "./allowed.ts";
import type { Value } from "./made-up.ts";
import { before, parentsFirst } from "./order.ts";
import { parentKeys } from "./parents.ts";
import { firstRowNumber, type Making, type Reference, rowOf } from "./row.ts";

/** @param rows how many a table gets; fewer where its constraints take no more */
export interface Wanted {
  readonly rows: number;
  readonly key: string;
  /** Tables that get none, by name. */
  readonly without: readonly string[];
}

/** The rows made up for one table. */
export interface GeneratedTable {
  readonly table: string;
  readonly rows: number;
  /** Why there are no more; undefined when there are as many as were wanted. */
  readonly stopped: string | undefined;
  readonly statements: readonly string[];
}

/** How often another row is tried where SQLite refuses one. */
const attempts = 60;

/**
 * Rows for each table of a schema, that SQLite has taken: by type and name of a column, by what its constraints name, with
 * references to rows that are there. The same key gives the same rows.
 *
 * Throws for a table of which not one row can be made up, and for one in `without` that is not there.
 */
export function generate(schema: readonly SchemaObject[], wanted: Wanted): readonly GeneratedTable[] {
  const shadow = openShadow(schema);
  try {
    const all = catalogs(shadow)().tables();
    refuseUnknown(all, wanted.without);
    const ordered = parentsFirst(all.filter(({ virtual }) => !virtual));
    const isLeftOut = ({ name }: Table): boolean => wanted.without.some((one) => sameName(one, name));
    return ordered.flatMap((table) => (isLeftOut(table) ? [] : [fill(shadow, table, ordered, wanted)]));
  } finally {
    shadow.close();
  }
}

function fill(shadow: Shadow, table: Table, ordered: readonly Table[], wanted: Wanted): GeneratedTable {
  const target = targetOf(table);
  const making: Making = {
    table,
    key: wanted.key,
    allowed: new Map(table.columns.map((column) => [fold(column.name), allowed(table, column)])),
    references: references(shadow, table, ordered),
  };
  const rows: string[] = [];
  let stopped: string | undefined;
  while (rows.length < wanted.rows && stopped === undefined) {
    const made = oneRow(shadow, making, target, rows.length);
    if (made.error === undefined) rows.push(made.values);
    else stopped = made.error;
  }
  if (rows.length === 0 && stopped !== undefined) throw notOne(table.name, stopped);
  const statements = inParts(rows).map(
    (part) => `INSERT INTO ${target.into} VALUES\n  ${part.join(",\n  ")}\nON CONFLICT DO NOTHING;`,
  );
  return { table: table.name, rows: rows.length, stopped, statements };
}

/** Where rows go. A table without a key gets the numbers of its rows said, or a second run would double them. */
interface Target {
  readonly into: string;
  readonly columns: readonly string[];
  readonly isNumbered: boolean;
}

function targetOf({ name, columns }: Table): Target {
  const plain = columns.flatMap((column) => (column.kind === "plain" ? [column.name] : []));
  const isNumbered = !columns.some(({ primaryKey }) => primaryKey > 0);
  const number = rowids.find((one) => !columns.some((column) => sameName(column.name, one)));
  const all = isNumbered && number !== undefined ? [number, ...plain] : plain;
  return {
    into: `${quoted(name)} (${all.map(quoted).join(", ")})`,
    columns: plain.map(fold),
    isNumbered: isNumbered && number !== undefined,
  };
}

function oneRow(
  shadow: Shadow,
  making: Making,
  target: Target,
  n: number,
): { readonly values: string; readonly error: string | undefined } {
  let error: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const row = rowOf(making, n, attempt);
    const cells = target.columns.map((column) => sql(row.get(column) ?? null));
    const values = `(${[...(target.isNumbered ? [String(firstRowNumber + n)] : []), ...cells].join(", ")})`;
    error = shadow.run(`INSERT INTO ${target.into} VALUES ${values}`).error;
    if (error === undefined) return { values, error };
  }
  return { values: "", error };
}

/** A whole number is written as one: `1.0` is none in a column without a type. */
const sql = (value: Value): string =>
  typeof value === "number" && Number.isInteger(value) ? String(value) : valueSql(value);

/** References to tables that have their rows already; those of a circle, and to the table itself, stay NULL where they may. */
function references(shadow: Shadow, table: Table, ordered: readonly Table[]): readonly Reference[] {
  const filled = before(ordered, table);
  return table.foreignKeys.map((key) => {
    const parent = ordered.find(({ name }) => sameName(name, key.parent));
    const isFilled = parent !== undefined && filled.has(fold(parent.name));
    return { key, parents: isFilled ? parentKeys(shadow.trusted, key, parent) : [] };
  });
}

function refuseUnknown(tables: readonly Table[], without: readonly string[]): void {
  const unknown = without.find((name) => !tables.some((table) => sameName(table.name, name)));
  if (unknown === undefined) return;
  throw new UserError({
    what: "There is no such table to leave out",
    where: "--without",
    got: unknown,
    expected: tables.map(({ name }) => name).join(", "),
    fix: "name one of them",
  });
}

const notOne = (table: string, message: string): UserError =>
  new UserError({
    what: "No row can be made up for a table; nothing was written",
    where: table,
    got: message,
    expected: "a row that its constraints and triggers take",
    fix: `write its rows by hand in a seed file, and leave it out here: --without ${table}`,
  });
