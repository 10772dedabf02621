import { nameAt } from "../sql/action.ts";
import { assertion, literal } from "../sql/literals.ts";
import { fold, quoted, rowids, sameName, type Table } from "../sql/structure.ts";
import { type Token, tokens } from "../sql/tokens.ts";
import type { Catalog } from "./catalog.ts";

/** What the rebuilt table is to be. */
export interface RebuildRequest {
  readonly table: string;
  /** A whole CREATE TABLE statement; the name in it is free. */
  readonly create: string;
  /** The name that `create` uses. */
  readonly createName: string;
  /** INSERT INTO <createName> … SELECT … FROM <table>; left out, equal columns are copied. */
  readonly copy?: string;
  /** Indexes of the table that are written anew elsewhere, or not wanted any more. */
  readonly withoutIndexes?: readonly string[];
}

/** Statements that rebuild a table with everything that refers to it. */
export type Recipe =
  | { readonly kind: "recipe"; readonly statements: readonly string[]; readonly tables: readonly string[] }
  | { readonly kind: "impossible"; readonly reason: string };

/**
 * The rebuild that loses no row while foreign keys stay on: D1 cannot switch them off, and dropping a parent carries out
 * its children's ON DELETE. So all tables that refer to it, directly or through others, get a successor first, which refers to
 * the successors; then the old ones are dropped, children before parents, when nothing that matters refers to them.
 */
export function closureRebuild(catalog: Catalog, request: RebuildRequest): Recipe {
  const root = catalog.table(request.table);
  if (root === undefined) return { kind: "impossible", reason: `there is no table ${request.table}` };
  const closure = referring(catalog, root);
  const { order, cyclic } = parentsFirst(closure);
  const restrictive =
    cyclic &&
    closure.some((table) =>
      table.foreignKeys.some(
        (key) =>
          key.onDelete === "RESTRICT" && inside(closure, key.parent) && !sameName(key.parent, table.name),
      ),
    );
  if (restrictive) {
    return {
      kind: "impossible",
      reason: `${names(closure)} refer to each other with ON DELETE RESTRICT, which no order of DROP TABLE satisfies`,
    };
  }
  const own = closure.find((table) =>
    table.foreignKeys.some((key) => key.onDelete === "RESTRICT" && sameName(key.parent, table.name)),
  );
  if (own !== undefined) {
    return {
      kind: "impossible",
      reason: `${own.name} refers to itself with ON DELETE RESTRICT, so DROP TABLE fails as soon as one row refers to another`,
    };
  }
  const successors = new Map<string, string>();
  for (const table of closure) {
    const isRoot = sameName(table.name, root.name);
    successors.set(
      fold(table.name),
      isRoot && !sameName(request.createName, root.name)
        ? request.createName
        : free(catalog, `${table.name}__new`),
    );
  }
  const next = (name: string): string => successors.get(fold(name)) ?? name;
  const dependents = dependentObjects(catalog, closure);
  const counted = `count(*)`;
  return {
    kind: "recipe",
    tables: order.map((table) => table.name),
    statements: [
      ...(cyclic ? ["PRAGMA defer_foreign_keys = ON"] : []),
      ...order.map((table) =>
        sameName(table.name, root.name)
          ? renamed(request.create, next(root.name), successors)
          : renamed(table.sql, next(table.name), successors),
      ),
      ...order.flatMap((table) => {
        const given = sameName(table.name, root.name) ? request.copy : undefined;
        return [
          given === undefined ? copyAll(table, next(table.name)) : retarget(given, next(root.name)),
          ...(tokens(table.sql).some((token) => token.keyword === "AUTOINCREMENT")
            ? keepSequence(table.name, next(table.name))
            : []),
        ];
      }),
      ...order.map((table) =>
        assertion(
          `(SELECT ${counted} FROM ${quoted(next(table.name))}) = (SELECT ${counted} FROM ${quoted(table.name)})`,
          `rebuild of ${table.name}: rows would be lost`,
        ),
      ),
      ...dependents.toReversed().map((object) => `DROP ${object.type.toUpperCase()} ${quoted(object.name)}`),
      ...order.toReversed().map((table) => `DROP TABLE ${quoted(table.name)}`),
      ...order.map((table) => `ALTER TABLE ${quoted(next(table.name))} RENAME TO ${quoted(table.name)}`),
      ...order.flatMap((table) =>
        ownIndexes(catalog, table, sameName(table.name, root.name) ? (request.withoutIndexes ?? []) : []),
      ),
      ...dependents.map((object) => object.sql),
    ],
  };
}

/** The table and all tables that refer to it, directly or through others. */
function referring(catalog: Catalog, root: Table): readonly Table[] {
  const found = new Map([[fold(root.name), root]]);
  const all = catalog.tables();
  for (let grown = true; grown; ) {
    grown = false;
    for (const table of all) {
      if (found.has(fold(table.name)) || !table.foreignKeys.some((key) => found.has(fold(key.parent))))
        continue;
      found.set(fold(table.name), table);
      grown = true;
    }
  }
  return [...found.values()];
}

const inside = (closure: readonly Table[], name: string): boolean =>
  closure.some((table) => sameName(table.name, name));
const names = (closure: readonly Table[]): string => closure.map((table) => table.name).join(", ");

function parentsFirst(closure: readonly Table[]): {
  readonly order: readonly Table[];
  readonly cyclic: boolean;
} {
  const order: Table[] = [];
  const left = [...closure];
  let cyclic = false;
  while (left.length > 0) {
    const waits = (table: Table): boolean =>
      table.foreignKeys.some(
        (key) => !sameName(key.parent, table.name) && left.some((other) => sameName(other.name, key.parent)),
      );
    const ready = left.findIndex((table) => !waits(table));
    if (ready < 0) cyclic = true;
    const [table] = left.splice(Math.max(ready, 0), 1);
    if (table !== undefined) order.push(table);
  }
  return { order, cyclic };
}

function free(catalog: Catalog, wanted: string): string {
  const taken = (name: string): boolean => catalog.objects.some((object) => sameName(object.name, name));
  let name = wanted;
  for (let n = 2; taken(name); n++) name = `${wanted}${n}`;
  return name;
}

/** A CREATE TABLE statement under another name, its references pointing at successors. */
function renamed(sql: string, to: string, successors: ReadonlyMap<string, string>): string {
  const all = tokens(sql);
  const own = placeOfName(all);
  const from = nameAt(all[own]);
  return replaced(sql, all, (token, i) => {
    if (i === own || (all[i + 1]?.text === "." && token.depth > 0 && sameName(nameAt(token), from)))
      return to;
    return all[i - 1]?.keyword === "REFERENCES" ? successors.get(fold(nameAt(token))) : undefined;
  });
}

/** Where CREATE TABLE has its name. */
function placeOfName(all: readonly Token[]): number {
  let at = all.findIndex((token) => token.keyword === "TABLE") + 1;
  if (all[at]?.keyword === "IF" && all[at + 1]?.keyword === "NOT") at += 3;
  return all[at + 1]?.text === "." ? at + 2 : at;
}

/** The INSERT into another table. */
function retarget(copy: string, to: string): string {
  const all = tokens(copy);
  const into = all.findIndex((token) => token.keyword === "INTO") + 1;
  const target = all[into + 1]?.text === "." ? into + 2 : into;
  return replaced(copy, all, (_, i) => (i === target ? to : undefined));
}

/** A text with other names in the place of some tokens. */
function replaced(
  sql: string,
  all: readonly Token[],
  name: (token: Token, i: number) => string | undefined,
): string {
  let text = "";
  let copied = 0;
  for (const [i, token] of all.entries()) {
    const other = name(token, i);
    if (other === undefined) continue;
    text += sql.slice(copied, token.start) + quoted(other);
    copied = token.end;
  }
  return text + sql.slice(copied);
}

/** All columns, and the rowid where it is no column: search indexes may know the rows by it. */
function copyAll(table: Table, into: string): string {
  const named = table.columns.filter((column) => column.kind === "plain").map((column) => column.name);
  const isColumn = table.columns.some(({ primaryKey, type }) => primaryKey === 1 && type === "INTEGER");
  const rowid =
    table.withoutRowid || isColumn
      ? []
      : rowids.filter((name) => !table.columns.some((column) => sameName(column.name, name))).slice(0, 1);
  const columns = [...rowid, ...named.map(quoted)].join(", ");
  return `INSERT INTO ${quoted(into)} (${columns}) SELECT ${columns} FROM ${quoted(table.name)}`;
}

/** AUTOINCREMENT never gives a number twice, also when its last rows are gone: the counter moves with the table. */
export function keepSequence(from: string, to: string): readonly string[] {
  const [old, successor] = [literal(from), literal(to)];
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${successor}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${successor}, seq FROM sqlite_sequence WHERE name = ${old}`,
  ];
}

function ownIndexes(catalog: Catalog, table: Table, without: readonly string[]): readonly string[] {
  return catalog.objects
    .filter(
      (object) =>
        object.type === "index" &&
        sameName(object.tableName, table.name) &&
        !without.some((name) => sameName(name, object.name)),
    )
    .map((object) => object.sql);
}

/** Views and triggers that name one of the tables, or a view that does: a rename fails while they point at nothing. */
function dependentObjects(catalog: Catalog, closure: readonly Table[]): Catalog["objects"] {
  const named = new Set(closure.map((table) => fold(table.name)));
  const candidates = catalog.objects.filter((object) => object.type === "view" || object.type === "trigger");
  const found = new Set<(typeof candidates)[number]>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const object of candidates) {
      if (found.has(object)) continue;
      if (
        !named.has(fold(object.tableName)) &&
        !tokens(object.sql).some((token) => token.kind !== "string" && named.has(fold(token.text)))
      )
        continue;
      found.add(object);
      if (object.type === "view") named.add(fold(object.name));
      grown = true;
    }
  }
  return [...found].sort((a, b) => Number(a.type === "trigger") - Number(b.type === "trigger"));
}

/** The recipe as a migration's text. */
export const recipeText = (recipe: Recipe): string =>
  recipe.kind === "recipe"
    ? recipe.statements.map((statement) => `${statement};`).join("\n")
    : `-- no rebuild possible: ${recipe.reason}`;
