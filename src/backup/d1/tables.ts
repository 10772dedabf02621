import { UserError } from "../../diagnostic/user-error.ts";
import type { SchemaObject } from "../../migrations/sql/schema-guard.ts";
import {
  type Column,
  type ForeignKey,
  fold,
  quoted,
  rowids,
  type Table,
} from "../../migrations/sql/structure.ts";
import { isVirtualTable } from "../../migrations/sql/virtual-tables.ts";

/** What becomes of a table's rows in a backup. */
export type Content =
  /** Read row by row. */
  | { readonly kind: "rows" }
  /** A search table over another table's rows: made again from those. */
  | { readonly kind: "rebuilt" }
  /** Nobody can read what was put in, or it holds nothing of its own. */
  | { readonly kind: "none"; readonly why: string };

/** A table as a backup reads and fills it. */
export interface DumpedTable {
  readonly name: string;
  readonly sql: string;
  readonly virtual: boolean;
  readonly content: Content;
  /** What is read of each row and written again, as SQL; the row's number comes first where it has one. */
  readonly columns: readonly string[];
  /** What rows are ordered and found by, as SQL. */
  readonly key: readonly string[];
  /**
   * Where its foreign keys go round in a circle, through itself or through others: the first name of those in it. Their rows can be put in only
   * together. @default - they go round in none
   */
  readonly circle: string | undefined;
}

/** What has to be known of a table for that. */
export interface Shape extends Pick<Table, "name" | "sql" | "virtual" | "withoutRowid"> {
  readonly columns: readonly Pick<Column, "name" | "kind" | "primaryKey">[];
  readonly foreignKeys: readonly Pick<ForeignKey, "parent">[];
}

/** Tables with what a backup does with each, parents before children. */
export const tablesInOrder = (label: string, tables: readonly Shape[]): readonly DumpedTable[] =>
  inOrder(tables).map(({ table, circle }) => dumped(label, table, circle));

function dumped(label: string, table: Shape, circle: string | undefined): DumpedTable {
  const plain = table.columns.filter(({ kind }) => kind === "plain").map(({ name }) => quoted(name));
  const names = new Set(table.columns.map(({ name }) => fold(name)));
  const rowid = table.withoutRowid ? undefined : rowids.find((name) => !names.has(name));
  const primary = table.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => quoted(name));
  const key = rowid === undefined ? primary : [rowid];
  const content = contentOf(table);
  if (content.kind === "rows" && key.length === 0) throw unordered(label, table);
  return {
    name: table.name,
    sql: table.sql,
    virtual: table.virtual,
    content,
    columns: rowid === undefined ? plain : [rowid, ...plain],
    key,
    circle,
  };
}

function contentOf(table: Shape): Content {
  if (!table.virtual) return { kind: "rows" };
  if (/\busing\s+fts5vocab\b/i.test(table.sql))
    return { kind: "none", why: "it shows another table's words" };
  if (!/\busing\s+fts5\b/i.test(table.sql)) return { kind: "rows" };
  const content = /\bcontent\s*=\s*(?:'([^']*)'|"([^"]*)"|([\w$]*))/i.exec(table.sql);
  if (content === null) return { kind: "rows" };
  return (content[1] ?? content[2] ?? content[3] ?? "") === ""
    ? { kind: "none", why: "it keeps words and no text, and cannot be read" }
    : { kind: "rebuilt" };
}

const unordered = (label: string, { name }: Shape): UserError =>
  new UserError({
    what: "A table cannot be backed up: its rows cannot be told apart",
    where: `${label}, table ${name}`,
    got: "columns called rowid, oid and _rowid_, and no primary key",
    expected: "a table whose rows have a number or a primary key",
    fix: "rename one of those columns in a migration",
  });

/** Parents first; tables of one circle one behind the other. */
function inOrder(
  tables: readonly Shape[],
): readonly { readonly table: Shape; readonly circle: string | undefined }[] {
  const byName = new Map(tables.map((table) => [fold(table.name), table]));
  const parents = (table: Shape): readonly Shape[] =>
    table.foreignKeys.flatMap(({ parent }) => byName.get(fold(parent)) ?? []);
  const reached = new Map(
    tables.map((table) => {
      const seen = new Set<Shape>();
      const open = [...parents(table)];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(...parents(next));
      }
      return [table, seen] as const;
    }),
  );
  const reaches = (from: Shape, to: Shape): boolean => reached.get(from)?.has(to) === true;
  return tables
    .map((table) => ({
      table,
      circle: reaches(table, table)
        ? tables
            .filter((other) => reaches(table, other) && reaches(other, table))
            .map(({ name }) => name)
            .sort()[0]
        : undefined,
      // Whoever refers to more has more to wait for.
      waitsFor: tables.filter((other) => other !== table && reaches(table, other)).length,
    }))
    .toSorted(
      (a, b) =>
        a.waitsFor - b.waitsFor ||
        compare(a.circle ?? a.table.name, b.circle ?? b.table.name) ||
        compare(a.table.name, b.table.name),
    );
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Whether an object of the schema is made before any row: what a foreign key refers to has to be unique from the start. */
export const isEarly = (object: SchemaObject): boolean =>
  (object.type === "table" && !isVirtualTable(object)) ||
  (object.type === "index" && /^\s*create\s+unique\s/i.test(object.sql));
