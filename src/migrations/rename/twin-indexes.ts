import { openShadow } from "../shadow/shadow.ts";
import { nameAt } from "../sql/action.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { sameName, type Table } from "../sql/structure.ts";
import { tokens } from "../sql/tokens.ts";
import type { NamedStatement } from "./equal-columns.ts";
import { isRowNumber, type Renaming } from "./renaming.ts";
import { sqlName } from "./sql-name.ts";

/** An index over the copy, as there is one over the column. */
export interface TwinIndex extends NamedStatement {
  /** What ON CONFLICT may say of the index and not of its twin: the columns, or the index's own text. */
  readonly notUnique?: string;
}

/**
 * For each index and each uniqueness over the column one over its copy: a statement finds its rows by either name, and may say
 * ON CONFLICT of either. They go with the copy. Unique are those over the column alone: with others the copy, which is written a moment
 * later, could collide although the column does not.
 */
export function twinIndexes(
  renaming: Renaming,
  schema: readonly SchemaObject[],
  free: (name: string) => string,
): readonly TwinIndex[] {
  const { table } = renaming;
  const own = schema.filter(({ type, tableName }) => type === "index" && sameName(tableName, table.name));
  const renamed = renamedIndexes(renaming, schema, own);
  const made = own.flatMap(({ name, sql }): TwinIndex[] => {
    const now = renamed.get(name);
    if (now === undefined || now === sql) return [];
    const twin = free(`${name}_twin`);
    const index = table.indexes.find((each) => sameName(each.name, name));
    const alone =
      index?.unique === true &&
      index.columns.length === 1 &&
      !index.partial &&
      index.columns[0] !== undefined;
    return [
      {
        name: twin,
        sql: named(now, twin, alone),
        ...(index?.unique === true && !alone && { notUnique: name }),
      },
    ];
  });
  return [...made, ...constraintTwins(renaming, free)];
}

/** What SQLite itself makes of the indexes when the column has its new name. */
function renamedIndexes(
  { table, column, to }: Renaming,
  schema: readonly SchemaObject[],
  own: readonly SchemaObject[],
): ReadonlyMap<string, string> {
  const shadow = openShadow([
    ...schema.filter(({ type, name }) => type === "table" && sameName(name, table.name)),
    ...own,
  ]);
  try {
    shadow.run(`ALTER TABLE ${sqlName(table.name)} RENAME COLUMN ${sqlName(column.name)} TO ${sqlName(to)}`);
    return new Map(shadow.schema().map(({ name, sql }) => [name, sql]));
  } finally {
    shadow.close();
  }
}

/** PRIMARY KEY and UNIQUE of the table itself have no text of their own. */
function constraintTwins(
  { table, column, to }: Renaming,
  free: (name: string) => string,
): readonly TwinIndex[] {
  const over = (columns: Table["indexes"][number]["columns"], collations: readonly string[]): TwinIndex => {
    const name = free(`${table.name}_${column.name}_twin`);
    const parts = columns.map((key, i) => {
      const collation = collations[i] ?? "BINARY";
      const own = sqlName(key !== undefined && sameName(key, column.name) ? to : (key ?? ""));
      return collation === "BINARY" ? own : `${own} COLLATE ${collation}`;
    });
    const alone = columns.length === 1;
    return {
      name,
      sql: `CREATE ${alone ? "UNIQUE " : ""}INDEX ${sqlName(name)} ON ${sqlName(table.name)} (${parts.join(", ")})`,
      ...(!alone && { notUnique: `(${columns.join(", ")})` }),
    };
  };
  return [
    ...(isRowNumber(table, column) ? [over([column.name], [])] : []),
    ...table.indexes
      .filter(
        ({ origin, columns }) =>
          origin !== "c" && columns.some((key) => key !== undefined && sameName(key, column.name)),
      )
      .map(({ columns, collations }) => over(columns, collations)),
  ];
}

/** A CREATE INDEX of another name. */
function named(sql: string, to: string, unique: boolean): string {
  const all = tokens(sql);
  let at = all.findIndex(({ keyword }) => keyword === "INDEX") + 1;
  if (all[at]?.keyword === "IF" && nameAt(all[at + 1]).toUpperCase() === "NOT") at += 3;
  const end = all[at]?.end ?? 0;
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${sqlName(to)}${sql.slice(end)}`;
}
