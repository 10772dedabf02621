import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { UserError } from "../../diagnostic/user-error.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { renameFiles } from "../rename/rename-files.ts";
import { normalised } from "../sql/tokens.ts";
import { type RandomRename, randomRename, type Use } from "./random-renames.ts";

const names = ["0002_add.sql", "0003_swap.sql", "0004_drop.sql"] as const;
const read = (name: string, text: string): MigrationFile =>
  readMigration(name, name, new TextEncoder().encode(text));

function open(setUp: readonly string[]): DatabaseSync | undefined {
  const db = new DatabaseSync(":memory:", {
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    for (const sql of setUp) db.exec(sql);
    return db;
  } catch {
    // A shape that SQLite does not take, or rows that it does not.
    db.close();
    return undefined;
  }
}

/** What a statement answers; that it fails is an answer too, why is not: names differ. */
function answer(db: DatabaseSync, sql: string): unknown {
  try {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all();
  } catch {
    return "fails";
  }
}

/** All rows, with the column under the name that it has here. */
const content = (db: DatabaseSync, column: string): readonly unknown[] =>
  [
    `SELECT id, typeof(id), ${column}, typeof(${column}), d, typeof(d) FROM t ORDER BY id, d`,
    `SELECT g FROM t ORDER BY id`,
    "SELECT * FROM log ORDER BY rowid",
    "SELECT * FROM p ORDER BY k",
    "SELECT v FROM kids ORDER BY v",
    "SELECT seq FROM sqlite_sequence",
  ].map((sql) => answer(db, sql));

/** What is asked of views by name: of one that shows `*` only while both names are there. */
const views = [
  "SELECT id, c FROM v ORDER BY id, c COLLATE BINARY",
  "SELECT c FROM w ORDER BY c COLLATE BINARY",
];

function apply(db: DatabaseSync, { statements, verifications, name }: MigrationFile): void {
  db.exec("BEGIN");
  for (const { sql } of statements) db.exec(sql);
  for (const { sql, label } of verifications) {
    const [value] = Object.values(db.prepare(sql).get() ?? {});
    if (value !== 1) throw new Error(`${name}: ${label}`);
  }
  db.exec("COMMIT");
  if (db.prepare("PRAGMA foreign_key_check").all().length > 0) throw new Error(`${name}: foreign keys`);
}

const schema = (db: DatabaseSync): readonly string[] =>
  db
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'view' ORDER BY name",
    )
    .all()
    .map((row) => `${row["type"]} ${normalised(String(row["sql"]))}`);

export type RenameOutcome = "no schema" | "refused" | "renamed";

/** Renames it step by step, and says everything to a database that keeps the old name besides: both have to answer alike. */
export function renamed({ setUp, uses }: RandomRename): RenameOutcome {
  const [real, model] = [open(setUp), open(setUp)];
  if (real === undefined || model === undefined) return "no schema";
  try {
    const base = read("0001_base.sql", `${setUp.filter((sql) => !/^INSERT/.test(sql)).join(";\n")};\n`);
    const files = filesOf(base);
    if (files === undefined) return "refused";
    const sayings: readonly ((one: Use) => string)[] = [
      ({ before }) => before,
      ({ before, both, isLater }) => (isLater ? both : before),
      ({ both, after, isLater }) => (isLater ? after : both),
      ({ after }) => after,
    ];
    for (const [step, say] of sayings.entries()) {
      const file = files[step - 1];
      if (file !== undefined) apply(real, file);
      const columns = step === 0 ? ["c"] : step === 3 ? ["renamed"] : ["c", "renamed"];
      for (const one of uses[step] ?? []) {
        const told = [answer(real, say(one)), answer(model, one.before)];
        const where = `after ${step} files: ${say(one)}`;
        if (!isDeepStrictEqual(told[0], told[1]))
          throw new Error(`${where}\nanswers ${JSON.stringify(told[0])}, not ${JSON.stringify(told[1])}`);
        for (const column of columns) same(where, content(real, column), content(model, "c"));
        if (step < 3)
          same(
            where,
            views.map((sql) => answer(real, sql)),
            views.map((sql) => answer(model, sql)),
          );
      }
    }
    const direct = answer(model, "ALTER TABLE t RENAME COLUMN c TO renamed");
    if (direct !== "fails") same("the schema at the end", schema(real), schema(model));
    return "renamed";
  } finally {
    real.close();
    model.close();
  }
}

function same(where: string, is: readonly unknown[], should: readonly unknown[]): void {
  for (const [i, one] of is.entries())
    if (!isDeepStrictEqual(one, should[i]))
      throw new Error(`${where}\nleaves ${JSON.stringify(one)}, not ${JSON.stringify(should[i])}`);
}

function filesOf(base: MigrationFile): readonly MigrationFile[] | undefined {
  try {
    return renameFiles([base], "folder", { table: "t", from: "c", to: "renamed" }, names).map((text, i) =>
      read(names[i] ?? "", text),
    );
  } catch (error) {
    if (error instanceof UserError && !/^[A-Z]{2}\d/.test(error.diagnostic.what)) return undefined;
    throw error;
  }
}

/** Runs the property, and says how many came to which end. */
export function checkRenames(
  runs: number,
  seed: number = Date.now() % 2 ** 31,
): ReadonlyMap<RenameOutcome, number> {
  const counts = new Map<RenameOutcome, number>();
  fc.assert(
    fc.property(randomRename, (random) => {
      const outcome = renamed(random);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }),
    { numRuns: runs, seed },
  );
  return counts;
}
