import type { SchemaObject } from "../sql/schema-guard.ts";
import { columns, fold, readTable, type Table } from "../sql/structure.ts";
import { virtualParts } from "../sql/virtual-tables.ts";
import type { Shadow } from "./shadow.ts";

/** A schema at one moment: its objects, and each table's structure when asked for. */
export interface Catalog {
  readonly objects: readonly SchemaObject[];
  readonly object: (type: string, name: string) => SchemaObject | undefined;
  readonly table: (name: string) => Table | undefined;
  /** The names of a view's columns; none when there is no such view, or it reads what is gone. */
  readonly viewColumns: (name: string) => readonly string[];
  /** Without the tables that virtual tables keep for themselves: nobody else may write those. */
  readonly tables: () => readonly Table[];
}

/** Reads schemas of one shadow as it changes; what did not change since the last look is not read again. */
export function catalogs(shadow: Shadow): () => Catalog {
  const structures = new Map<string, Table>();
  return () => {
    const objects = shadow.schema();
    const byName = new Map(objects.map((object) => [`${object.type} ${fold(object.name)}`, object]));
    const indexes = Map.groupBy(
      objects.filter((object) => object.type === "index"),
      (object) => fold(object.tableName),
    );
    // Structures are read while the shadow still is what `objects` says; a later look has a catalog of its own.
    const known = new Map<string, Table | undefined>();
    const load = (name: string): Table | undefined => {
      const folded = fold(name);
      if (known.has(folded)) return known.get(folded);
      const object = byName.get(`table ${folded}`);
      if (object === undefined) return undefined;
      const key = [object.name, object.sql, ...(indexes.get(folded) ?? []).map((index) => index.sql)].join(
        "\0",
      );
      const table = structures.get(key) ?? readTable(shadow.trusted, name);
      if (table !== undefined) structures.set(key, table);
      known.set(folded, table);
      return table;
    };
    const parts = new Set(virtualParts(objects).map(fold));
    for (const object of objects) if (object.type === "table") load(object.name);
    const views = new Map(
      objects
        .filter(({ type }) => type === "view")
        .map(({ name }) => [fold(name), columnNames(shadow, name)] as const),
    );
    return {
      objects,
      object: (type, name) => byName.get(`${type} ${fold(name)}`),
      table: (name) => known.get(fold(name)),
      viewColumns: (name) => views.get(fold(name)) ?? [],
      tables: () =>
        [...known].flatMap(([name, table]) => (table === undefined || parts.has(name) ? [] : [table])),
    };
  };
}

function columnNames(shadow: Shadow, view: string): readonly string[] {
  try {
    return columns(shadow.trusted, view).map(({ name }) => name);
  } catch {
    // It reads what is gone: SQLite says so to whoever asks.
    return [];
  }
}
