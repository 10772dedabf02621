import type { Diagnostic } from "../../diagnostic/user-error.ts";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { declarations } from "../sql/declarations.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { fold, sameName } from "../sql/structure.ts";
import { equalizers } from "./equal-columns.ts";
import { keptViews } from "./kept-views.ts";
import { narrowedTriggers, widened } from "./own-triggers.ts";
import { type RenameRequest, type Renaming, renamingOf } from "./renaming.ts";
import { sqlName } from "./sql-name.ts";
import { twinIndexes } from "./twin-indexes.ts";

/** The statements of the three files. */
export interface RenameRecipe {
  readonly renaming: Renaming;
  /** Uniqueness that the copy does not have: of columns together, or of an index by its name. */
  readonly notUnique: readonly string[];
  /** Adds the copy, fills it, and keeps both equal. */
  readonly expand: readonly string[];
  /** The two change places: the new name has all that the old one had. */
  readonly relax: readonly string[];
  /** Takes the copy away, which has the old name now. */
  readonly contract: readonly string[];
}

/**
 * A rename that no release notices. The new name comes as a copy beside the column; triggers keep both equal. When all code writes both,
 * they change places, by three RENAME COLUMN: every constraint, default, index, key, view and trigger goes with the column to its new
 * name, and what is left under the old one may be left out. When no code names that any more, it is dropped. The table is then what
 * a single RENAME COLUMN would have made of it.
 * @param schema what the files so far make
 */
export function renameRecipe(
  schema: readonly SchemaObject[],
  request: RenameRequest,
): RenameRecipe | Diagnostic {
  const [before, shadow] = [openShadow(schema), openShadow(schema)];
  try {
    const renaming = renamingOf(shadow, request);
    if ("what" in renaming) return renaming;
    const { table, column, to, between } = renaming;
    const taken = new Set(schema.map(({ name }) => fold(name)));
    const free = (wanted: string): string => {
      let name = wanted;
      for (let n = 2; taken.has(fold(name)); n++) name = `${wanted}${n}`;
      taken.add(fold(name));
      return name;
    };
    const twins = twinIndexes(renaming, schema, free);
    const triggers = equalizers(renaming, free);
    const narrowed = narrowedTriggers(table, schema);
    const [t, from] = [sqlName(table.name), sqlName(column.name)];
    const alter = (change: string): string => `ALTER TABLE ${t} ${change}`;
    const rename = (one: string, other: string): string =>
      alter(`RENAME COLUMN ${sqlName(one)} TO ${sqlName(other)}`);

    const expand = [
      alter(`ADD COLUMN ${copyOf(renaming)}`),
      ...narrowed.flatMap(({ name, sql }) => [`DROP TRIGGER ${sqlName(name)}`, sql]),
      `UPDATE ${t} SET ${sqlName(to)} = ${from}`,
      ...twins.map(({ sql }) => sql),
      ...triggers.map(({ sql }) => sql),
    ];
    const failedFirst = carriedOut(shadow, expand, request);
    if (failedFirst !== undefined) return failedFirst;

    const relax = [
      ...keptViews(table, column.name, to, before, shadow),
      rename(column.name, between),
      rename(to, column.name),
      rename(between, to),
    ];
    const failedThen = carriedOut(shadow, relax, request);
    if (failedThen !== undefined) return failedThen;

    const now = shadow.schema();
    const contract = [
      ...triggers.map(({ name }) => `DROP TRIGGER ${sqlName(name)}`),
      ...twins.map(({ name }) => `DROP INDEX ${sqlName(name)}`),
      ...narrowed.flatMap(({ name }) => [
        `DROP TRIGGER ${sqlName(name)}`,
        widened(now.find((each) => each.type === "trigger" && sameName(each.name, name))?.sql ?? ""),
      ]),
      alter(`DROP COLUMN ${from}`),
    ];
    const notUnique = twins.flatMap((twin) => twin.notUnique ?? []);
    return carriedOut(shadow, contract, request) ?? { renaming, notUnique, expand, relax, contract };
  } finally {
    before.close();
    shadow.close();
  }
}

/** Of the same type and collation, and nothing else: what the column may hold, its copy may. */
function copyOf({ table, column, to }: Renaming): string {
  const collation = declarations(table.sql).get(fold(column.name))?.collation ?? "BINARY";
  return [sqlName(to), column.type, collation === "BINARY" ? "" : `COLLATE ${collation}`]
    .filter((word) => word !== "")
    .join(" ");
}

function carriedOut(
  shadow: Shadow,
  statements: readonly string[],
  { table, from, to }: RenameRequest,
): Diagnostic | undefined {
  for (const sql of statements) {
    const { error } = shadow.run(sql);
    if (error === undefined) continue;
    return {
      what: "The column cannot be renamed in steps: something stands on it that SQLite does not take along",
      where: `${table}.${from}`,
      got: `${sql.split("\n")[0]} — ${error}`,
      expected: "views, triggers and indexes that still work when the column has another name",
      fix: `drop what SQLite names in a contract file first, or write it so that it does without ${from}; create it again, with ${to}, when the rename is over`,
    };
  }
  return undefined;
}
