import { literal } from "../sql/literals.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { split } from "../sql/split.ts";
import { fold, quoted } from "../sql/structure.ts";
import { isVirtualTable } from "../sql/virtual-tables.ts";
import type { Contents, Held } from "./contents.ts";

/** D1 takes no statement over 100,000 bytes, and none that is too much work. */
const most = { bytes: 50_000, rows: 100 } as const;

/**
 * The statements that make contents on an empty database: tables, indexes, rows, then what would write or read while they come.
 * A value that differs between two moments is left to the column's default; where it has none, only the proof can tell.
 * @param later the same contents, made at another moment
 */
export function statementsFor({ objects, tables, counters }: Contents, later: Contents): readonly string[] {
  const of = (type: string, isVirtual = false): readonly string[] =>
    objects
      .filter((object) => object.type === type && isVirtualTable(object) === isVirtual)
      .map(withoutDirectives);
  const rowsOf = (isVirtual: boolean): readonly string[] =>
    tables
      .filter(({ table }) => table.virtual === isVirtual)
      .flatMap((held) =>
        inserts(
          held,
          later.tables.find(({ table }) => table.name === held.table.name),
        ),
      );
  const ordinary = rowsOf(false);
  const refers = tables.some(({ table, rows }) => rows.length > 0 && table.foreignKeys.length > 0);
  return [
    ...of("table"),
    ...of("index"),
    ...(refers ? ["PRAGMA defer_foreign_keys = ON"] : []),
    ...ordinary,
    ...[...counters].flatMap(([name, count]) => counter(name, count, tables)),
    ...of("table", true),
    ...rowsOf(true),
    ...of("view"),
    ...of("trigger"),
  ];
}

/** A comment within a statement that was a directive of its file would be one of this file. */
function withoutDirectives({ sql }: SchemaObject): string {
  const starts = split(sql)
    .comments.filter(({ text }) => text.startsWith("d1:"))
    .map(({ start }) => start);
  return starts.reduceRight((text, start) => {
    const end = text.indexOf("\n", start);
    return `${text.slice(0, start).trimEnd()}${end < 0 ? "" : text.slice(end)}`;
  }, sql);
}

/** Rows in their order, as many in a statement as may be. */
function inserts(held: Held, later: Held | undefined): readonly string[] {
  const { table, columns, rows, index, rowid } = held;
  // The text lies in another table.
  if (rows.length === 0 && index.some((line) => !isSetting(line)))
    return [`INSERT INTO ${quoted(table.name)}(${quoted(table.name)}) VALUES ('rebuild')`];
  const number = rowid !== undefined && needsNumber(held) ? [{ at: 0, name: rowid }] : [];
  const plain = new Map(table.columns.map((column) => [column.name, column]));
  const written = columns.flatMap((name, i) =>
    plain.get(name)?.kind === "plain"
      ? [{ at: i + 1, name: quoted(name), hasDefault: plain.get(name)?.defaultSql !== undefined }]
      : [],
  );
  const parts: { into: string; values: string[]; bytes: number }[] = [];
  for (const [i, row] of rows.entries()) {
    const other = later?.rows[i];
    const chosen = [
      ...number,
      ...written.filter(({ at, hasDefault }) => !hasDefault || other?.[at] === row[at]),
    ];
    const into = `INSERT INTO ${quoted(table.name)} (${chosen.map(({ name }) => name).join(", ")}) VALUES`;
    const value = `(${chosen.map(({ at }) => row[at]).join(", ")})`;
    const last = parts.at(-1);
    const isFull = (last?.bytes ?? 0) + value.length > most.bytes || (last?.values.length ?? 0) >= most.rows;
    if (last === undefined || last.into !== into || isFull)
      parts.push({ into, values: [value], bytes: Buffer.byteLength(value) });
    else {
      last.values.push(value);
      last.bytes += Buffer.byteLength(value);
    }
  }
  return parts.map(({ into, values }) => `${into}\n${values.join(",\n")}`);
}

/** Settings have two words, places of a word in a text four. */
const isSetting = (line: string): boolean => line.split(" ").length === 2;

/** A number that is a column is written with it, and numbers from 1 on come by themselves. */
function needsNumber({ table, rows }: Held): boolean {
  const [key, ...more] = table.columns.filter(({ primaryKey }) => primaryKey > 0);
  if (key?.type === "INTEGER" && more.length === 0) return false;
  return rows.some(([number], i) => number !== String(i + 1));
}

/** Numbers that were given and are no row's any more. */
function counter(name: string, count: bigint, tables: readonly Held[]): readonly string[] {
  const held = tables.find(({ table }) => fold(table.name) === fold(name));
  if (held === undefined || held.rows.at(-1)?.[0] === String(count)) return [];
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${literal(name)}`,
    `INSERT INTO sqlite_sequence (name, seq) VALUES (${literal(name)}, ${count})`,
  ];
}
