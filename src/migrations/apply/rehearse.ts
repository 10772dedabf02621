import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { MigrationFile } from "../files/reading.ts";
import { reservedTables } from "../sql/ledger-tables.ts";

/** What a migration did to one table of the copy. */
export interface TableChange {
  readonly table: string;
  /** Undefined: the table was not there. */
  readonly rowsBefore: number | undefined;
  readonly rowsAfter: number | undefined;
}

export interface Rehearsal {
  readonly files: readonly { readonly name: string; readonly durationMs: number }[];
  /** The file that failed on the copy, with SQLite's message; later files were not tried. */
  readonly failure: { readonly name: string; readonly line: number; readonly message: string } | undefined;
  /** Every table that is there before or after. */
  readonly tables: readonly TableChange[];
  readonly indexesLost: readonly string[];
  readonly indexesMade: readonly string[];
  readonly foreignKeyViolationsBefore: number;
  readonly foreignKeyViolationsAfter: number;
  /** Foreign keys that SQLite cannot even check, in its words: the parent's columns are not unique. Writing to these tables fails. */
  readonly foreignKeyMismatches: readonly string[];
}

/**
 * Runs pending files on a copy of a live database, each in one transaction with foreign keys on, as D1 does.
 * The live database is only read (by the export that `dump` is).
 */
export function rehearse(dump: string, pending: readonly MigrationFile[]): Rehearsal {
  const copy = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  try {
    copy.exec(dump);
    copy.exec("PRAGMA foreign_keys = ON");
    const before = measure(copy);
    const files: { name: string; durationMs: number }[] = [];
    let failure: Rehearsal["failure"];
    for (const file of pending) {
      const startMs = performance.now();
      failure = runFile(copy, file);
      if (failure !== undefined) break;
      files.push({ name: file.name, durationMs: Math.round(performance.now() - startMs) });
    }
    const after = measure(copy);
    const names = [...new Set([...before.rows.keys(), ...after.rows.keys()])].sort();
    return {
      files,
      failure,
      tables: names.map((table) => ({
        table,
        rowsBefore: before.rows.get(table),
        rowsAfter: after.rows.get(table),
      })),
      indexesLost: before.indexes.filter((name) => !after.indexes.includes(name)),
      indexesMade: after.indexes.filter((name) => !before.indexes.includes(name)),
      foreignKeyViolationsBefore: before.violations,
      foreignKeyViolationsAfter: after.violations,
      foreignKeyMismatches: after.mismatches,
    };
  } finally {
    copy.close();
  }
}

function runFile(copy: DatabaseSync, file: MigrationFile): Rehearsal["failure"] {
  copy.exec("BEGIN");
  let line = 0;
  try {
    for (const statement of file.statements) {
      line = statement.line;
      copy.exec(statement.sql);
    }
    for (const { sql, line: at } of file.verifications) {
      line = at;
      const [value] = Object.values(copy.prepare(sql).get() ?? {});
      if (value !== 1) throw new Error(`the verification gives ${JSON.stringify(value ?? null)}`);
    }
    copy.exec("COMMIT");
    return undefined;
  } catch (error) {
    copy.exec("ROLLBACK");
    return { name: file.name, line, message: error instanceof Error ? error.message : String(error) };
  }
}

const named = z.array(z.object({ name: z.string() }));
const counted = z.object({ n: z.number() });

function measure(copy: DatabaseSync): {
  rows: ReadonlyMap<string, number>;
  indexes: readonly string[];
  violations: number;
  mismatches: readonly string[];
} {
  const tables = named
    .parse(
      copy
        .prepare(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY name",
        )
        .all(),
    )
    .filter(({ name }) => !reservedTables.includes(name));
  const count = (name: string): number =>
    counted.parse(copy.prepare(`SELECT count(*) AS n FROM "${name.replaceAll('"', '""')}"`).get()).n;
  return {
    rows: new Map(tables.map(({ name }) => [name, count(name)])),
    indexes: named
      .parse(
        copy
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
          .all(),
      )
      .map(({ name }) => name),
    ...checkForeignKeys(
      copy,
      tables.map(({ name }) => name),
    ),
  };
}

/** Table by table: a key that does not fit its parent fails the whole check. */
function checkForeignKeys(
  copy: DatabaseSync,
  tables: readonly string[],
): { readonly violations: number; readonly mismatches: readonly string[] } {
  let violations = 0;
  const mismatches: string[] = [];
  for (const name of tables) {
    try {
      violations += copy.prepare("SELECT * FROM pragma_foreign_key_check(?)").all(name).length;
    } catch (error) {
      mismatches.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { violations, mismatches };
}
