import { conflictClauses, type Declaration, declarations } from "../../sql/declarations.ts";
import { sameDefault } from "../../sql/defaults.ts";
import { type Column, fold, sameName, type Table } from "../../sql/structure.ts";

/** A column before and after a rebuild. */
export interface ColumnPair {
  readonly was: Column;
  readonly is: Column;
}

interface Declared extends ColumnPair {
  readonly old: Table;
  readonly rebuilt: Table;
  readonly said: { readonly was: Declaration | undefined; readonly is: Declaration | undefined };
}

/** What of one column may be another: a sentence's rest for each, or nothing. Types and values are compared where rows are copied. */
const columnChanges: readonly ((of: Declared) => string | undefined)[] = [
  ({ was, is }) =>
    was.defaultSql !== undefined && is.defaultSql === undefined && !sameDefault(was, is)
      ? `drops the default of ${was.name} (${was.defaultSql})`
      : undefined,
  ({ was, is }) =>
    was.defaultSql !== undefined && is.defaultSql !== undefined && !sameDefault(was, is)
      ? `changes the default of ${was.name} from ${was.defaultSql} to ${is.defaultSql}`
      : undefined,
  ({ was, is, old, rebuilt }) =>
    was.notNull &&
    !(old.withoutRowid && was.primaryKey > 0) &&
    !holdsNoNull(rebuilt, is) &&
    !isRowid(rebuilt, is)
      ? `drops NOT NULL of ${was.name}: running code may meet a NULL`
      : undefined,
  ({ was, is, old, rebuilt }) =>
    isRowid(old, was) && is.primaryKey === 1 && !rebuilt.withoutRowid && !isRowid(rebuilt, is)
      ? `takes from ${was.name} that it numbers new rows by itself: it is INTEGER PRIMARY KEY no more`
      : undefined,
  ({ was, is, old, rebuilt }) =>
    was.primaryKey === 1 && !isRowid(old, was) && isRowid(rebuilt, is)
      ? `makes ${was.name} the number of its rows: NULL there becomes a number, and text is refused`
      : undefined,
  ({ was, said }) => {
    const [before, after] = [said.was?.collation ?? "BINARY", said.is?.collation ?? "BINARY"];
    return before === after
      ? undefined
      : `changes how ${was.name} compares from COLLATE ${before} to COLLATE ${after}`;
  },
  ({ was, said }) => {
    const [before, after] = [said.was?.generated, said.is?.generated];
    if (before === undefined || before === after) return undefined;
    return after === undefined
      ? `makes ${was.name} a plain column: it was computed as ${before}, and nothing computes it any more`
      : `computes ${was.name} otherwise: as ${after}, not as ${before}`;
  },
];

const tableChanges: readonly ((old: Table, rebuilt: Table) => readonly string[])[] = [
  (old, rebuilt) =>
    old.strict === rebuilt.strict
      ? []
      : [
          old.strict
            ? "is not STRICT any more: any text gets into its numbers"
            : "becomes STRICT: values of another type are refused",
        ],
  (old, rebuilt) =>
    old.withoutRowid === rebuilt.withoutRowid
      ? []
      : [
          old.withoutRowid
            ? "is not WITHOUT ROWID any more: NULL gets into its key"
            : "becomes WITHOUT ROWID: its rows have no rowid any more",
        ],
  (old, rebuilt) => {
    const [was, is] = [conflictClauses(old.sql), conflictClauses(rebuilt.sql)];
    return [
      ...was.filter((one) => !is.includes(one)).map((one) => `drops ${one}`),
      ...is
        .filter((one) => !was.includes(one))
        .map((one) => `adds ${one}: what collides is answered otherwise`),
    ];
  },
];

/** What a new table declares otherwise than the one that it replaces, constraints left out. */
export function changedDeclarations(
  old: Table,
  rebuilt: Table,
  pairs: readonly ColumnPair[],
): readonly string[] {
  const [before, after] = [declarations(old.sql), declarations(rebuilt.sql)];
  return [
    ...pairs.flatMap(({ was, is }) => {
      const said = { was: before.get(fold(was.name)), is: after.get(fold(is.name)) };
      return columnChanges.flatMap((change) => change({ was, is, old, rebuilt, said }) ?? []);
    }),
    ...tableChanges.flatMap((change) => change(old, rebuilt)),
  ];
}

const holdsNoNull = (table: Table, { notNull, primaryKey }: Column): boolean =>
  notNull || (table.withoutRowid && primaryKey > 0);

/** INTEGER PRIMARY KEY, alone: another name of the rowid. */
const isRowid = (table: Table, column: Column): boolean =>
  !table.withoutRowid &&
  column.primaryKey === 1 &&
  column.type === "INTEGER" &&
  table.columns.every(({ name, primaryKey }) => primaryKey === 0 || sameName(name, column.name));
