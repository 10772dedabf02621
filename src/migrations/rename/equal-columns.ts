import { declarations } from "../sql/declarations.ts";
import { affinity, fold } from "../sql/structure.ts";
import { isRowNumber, type Renaming } from "./renaming.ts";
import { sqlName } from "./sql-name.ts";

/** One trigger that keeps the two columns equal. */
export interface NamedStatement {
  readonly name: string;
  readonly sql: string;
}

/** That two columns hold different values, told as bytes are: `a` and `A` differ whatever the collation says, and 1 and 1.0 do. */
export function differ({ table, column }: Renaming, one: string, other: string): string {
  const collation = declarations(table.sql).get(fold(column.name))?.collation ?? "BINARY";
  const values = `${one} IS NOT ${other}${collation === "BINARY" ? "" : " COLLATE BINARY"}`;
  // Any other type has one kind of number.
  return column.type === "ANY" || affinity(column.type) === "BLOB"
    ? `(${values} OR typeof(${one}) <> typeof(${other}))`
    : values;
}

/**
 * Triggers that carry a value to the column that a statement did not write. One of the two has the table's constraints: the old one until
 * they change places, then the new one. It wins where a row comes with both, and has to be NULL where the other's value is taken.
 */
export function equalizers(renaming: Renaming, free: (name: string) => string): readonly NamedStatement[] {
  const { table, column, to, key } = renaming;
  const t = sqlName(table.name);
  const [kept, copy] = [sqlName(column.name), sqlName(to)];
  const unequal = differ(renaming, `NEW.${copy}`, `NEW.${kept}`);
  const keptChanged = differ(renaming, `NEW.${kept}`, `OLD.${kept}`);
  const row = key.map((name) => `${sqlName(name)} = NEW.${sqlName(name)}`).join(" AND ");
  const trigger = (suffix: string, event: string, when: string, set: string): NamedStatement => {
    const name = free(`${table.name}_${column.name}_renaming_${suffix}`);
    return {
      name,
      sql: `CREATE TRIGGER ${sqlName(name)} AFTER ${event} ON ${t}\nWHEN ${when}\nBEGIN\n  UPDATE ${t} SET ${set} WHERE ${row};\nEND`,
    };
  };
  const toCopy = `${copy} = NEW.${kept}`;
  const toKept = `${kept} = NEW.${copy}`;
  const neverNull = column.notNull || isRowNumber(table, column);
  return [
    trigger("insert", "INSERT", neverNull ? unequal : `NEW.${kept} IS NOT NULL AND ${unequal}`, toCopy),
    ...(neverNull
      ? []
      : [trigger("insert_new", "INSERT", `NEW.${kept} IS NULL AND NEW.${copy} IS NOT NULL`, toKept)]),
    trigger("update", `UPDATE OF ${kept}, ${copy}`, `${keptChanged} AND ${unequal}`, toCopy),
    trigger("update_new", `UPDATE OF ${kept}, ${copy}`, `NOT (${keptChanged}) AND ${unequal}`, toKept),
  ];
}
