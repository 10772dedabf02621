import type { Catalog } from "./catalog.ts";
import { assertion, literal } from "./protocol/sql.ts";
import { fold, quoted, sameName, type Table } from "./structure.ts";
import { tokens } from "./tokens.ts";

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
  const successors = new Map<string, string>();
  for (const table of closure) {
    const own = sameName(table.name, root.name);
    successors.set(
      fold(table.name),
      own && !sameName(request.createName, root.name)
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
          ? renamed(request.create, request.createName, next(root.name), successors)
          : renamed(table.sql, table.name, next(table.name), successors),
      ),
      ...order.flatMap((table) => {
        const given = sameName(table.name, root.name) ? request.copy : undefined;
        return [
          given === undefined
            ? copyAll(table, next(table.name))
            : retarget(given, request.createName, next(root.name)),
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
function renamed(sql: string, from: string, to: string, successors: ReadonlyMap<string, string>): string {
  const all = tokens(sql);
  let text = "";
  let copied = 0;
  let named = false;
  for (const [i, token] of all.entries()) {
    if (token.kind === "sign" || token.kind === "number") continue;
    const isOwnName: boolean =
      !named &&
      token.depth === 0 &&
      sameName(token.text, from) &&
      all[i - 1]?.text !== "." &&
      token.keyword !== "TABLE";
    const isReference = all[i - 1]?.keyword === "REFERENCES";
    const isQualifier = all[i + 1]?.text === "." && sameName(token.text, from);
    if (isOwnName) named = true;
    const replacement =
      isOwnName || isQualifier ? to : isReference ? successors.get(fold(token.text)) : undefined;
    if (replacement === undefined) continue;
    text += sql.slice(copied, token.start) + quoted(replacement);
    copied = token.end;
  }
  return text + sql.slice(copied);
}

function retarget(copy: string, from: string, to: string): string {
  if (sameName(from, to)) return copy;
  const into = tokens(copy).findIndex((token) => token.keyword === "INTO");
  const target = tokens(copy)[into + 1];
  return target === undefined ? copy : `${copy.slice(0, target.start)}${quoted(to)}${copy.slice(target.end)}`;
}

function copyAll(table: Table, into: string): string {
  const columns = table.columns
    .filter((column) => column.kind === "plain")
    .map((column) => quoted(column.name))
    .join(", ");
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
