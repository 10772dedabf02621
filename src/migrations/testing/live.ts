import { DatabaseSync } from "node:sqlite";
import { readMigration } from "../files/reading.ts";
import { answered, blocking, type LintedFile, lint, type Reported } from "../lint/lint.ts";
import { openStage } from "../shadow/replay.ts";
import { openShadow } from "../shadow/shadow.ts";
import { assertion } from "../sql/literals.ts";
import { split } from "../sql/split.ts";
import { quoted } from "../sql/structure.ts";

/** A database with rows, that pending files are planned against and then applied to. */
export interface Live {
  readonly linted: readonly LintedFile[];
  /** What stops them, as `line CODE: message`. */
  readonly refused: readonly string[];
  /** What they say besides, as `line CODE: message`. */
  readonly warned: readonly string[];
  /** Applies statements as D1 does, all or nothing. Gives SQLite's message when they fail. */
  readonly apply: (statements: readonly string[]) => string | undefined;
  /** Table → its rows. */
  readonly rows: () => Readonly<Record<string, readonly unknown[]>>;
}

/** The statements of a file without anything that the linter adds. */
export const plain = (sql: string): readonly string[] => split(sql).pieces.map((piece) => piece.sql);

/** Plans files against a database of this content, every question answered by it as a preview would. */
export function live(content: string, files: readonly string[]): Live {
  const db = new DatabaseSync(":memory:", {
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: true,
  });
  db.exec(content);
  const schema = openShadow();
  for (const sql of plain(content)) schema.trusted.exec(sql);
  const stage = openStage(schema.schema());
  schema.close();
  const ask = (sql: string): boolean | undefined => {
    try {
      const [value] = Object.values(db.prepare(sql).get() ?? {});
      return value !== 0 && value !== null;
    } catch {
      return undefined;
    }
  };
  const read = files.map((sql, i) => {
    const name = `000${i + 2}_pending.sql`;
    return readMigration(name, name, new TextEncoder().encode(sql));
  });
  const linted = read.map((file, i) =>
    answered(lint(stage.replay(file, read.slice(i + 1))), (question) => ask(question.sql)),
  );
  stage.close();
  const said = (of: readonly Reported[]): readonly string[] =>
    of.map(({ line, code, message }) => `${line} ${code}: ${message}`);
  const tables = (): readonly string[] =>
    db
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
      .all()
      .map((row) => String(row["name"]));
  return {
    linted,
    refused: linted.flatMap((file) => said(blocking(file))),
    warned: linted.flatMap((file) => said(file.findings.filter(({ severity }) => severity === "warning"))),
    apply: (statements) => {
      db.exec("BEGIN");
      try {
        for (const sql of statements) db.prepare(sql).all();
        db.prepare(assertion("NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check)", "violated")).all();
        db.exec("COMMIT");
        return undefined;
      } catch (error) {
        db.exec("ROLLBACK");
        return error instanceof Error ? error.message : String(error);
      }
    },
    rows: () =>
      Object.fromEntries(
        tables().map((name) => [name, db.prepare(`SELECT * FROM ${quoted(name)}`).all()] as const),
      ),
  };
}
