import { expect, test } from "vitest";
import { openShadow } from "../shadow/shadow.ts";
import { type CorpusStatement, checkCorpus, corpusLine, type SchemaPoint } from "./corpus.ts";

const shadow = openShadow();
const point = (by: string | undefined, sql: string): SchemaPoint => {
  expect(shadow.run(sql).error).toBeUndefined();
  return { by, schema: shadow.schema() };
};
const points = [
  point(undefined, "CREATE TABLE notes (id INTEGER PRIMARY KEY, email TEXT, title TEXT)"),
  point("0006_add_body.sql", "ALTER TABLE notes ADD COLUMN body TEXT"),
  point("0007_drop_email.sql", "ALTER TABLE notes DROP COLUMN email"),
  point("0008_rename_title.sql", "ALTER TABLE notes RENAME COLUMN title TO heading"),
];
shadow.close();

const statement = (sql: string): CorpusStatement => ({ worker: "dome-api", sql });

test("names the file that takes away what a statement needs", () => {
  const problems = checkCorpus(
    [
      "SELECT email FROM notes WHERE id = ?",
      "INSERT INTO notes (title) VALUES (?)",
      "SELECT body FROM notes",
      "SELECT heading FROM notes",
    ].map(statement),
    points,
  );
  expect(problems.map(({ brokenBy, error }) => [brokenBy, error])).toEqual([
    ["0007_drop_email.sql", "no such column: email"],
    ["0008_rename_title.sql", "table notes has no column named title"],
  ]);
  expect(problems.map(corpusLine)[0]).toBe(
    'dome-api runs "SELECT email FROM notes WHERE id = ?": no such column: email; 0007_drop_email.sql takes away what it needs',
  );
});

test("says when no migration makes what a statement needs", () => {
  const [problem] = checkCorpus([statement("SELECT colour FROM notes")], points);
  expect(problem === undefined ? "" : corpusLine(problem)).toMatch(
    /no such column: colour; no migration makes what it needs$/,
  );
});

test("has nothing to say about statements that work, and none about no statements", () => {
  expect(checkCorpus([statement("SELECT id, body FROM notes")], points)).toEqual([]);
  expect(checkCorpus([], points)).toEqual([]);
});

test("an INSERT that leaves out a column which its table cannot do without is a problem, whatever its values are", () => {
  const made = openShadow();
  for (const sql of [
    "CREATE TABLE notes (id INTEGER PRIMARY KEY NOT NULL, title TEXT, kind TEXT NOT NULL, at TEXT NOT NULL DEFAULT '')",
    'CREATE TABLE "my tags" (name TEXT NOT NULL PRIMARY KEY, twice TEXT NOT NULL AS (name || name)) WITHOUT ROWID',
  ])
    expect(made.run(sql).error).toBeUndefined();
  const schema = made.schema();
  made.close();
  const errors = (...all: readonly string[]) =>
    checkCorpus(all.map(statement), [{ by: undefined, schema }]).map(({ error }) => error);
  expect(
    errors(
      "INSERT INTO notes (title) VALUES (?)",
      "INSERT OR IGNORE INTO main.notes(id, title) SELECT ?, ? WHERE ? > ?",
      "INSERT INTO notes DEFAULT VALUES",
    ),
  ).toEqual(Array(3).fill("NOT NULL constraint failed: notes.kind"));
  expect(
    errors(
      'INSERT INTO Notes ("KIND") VALUES (?)',
      "INSERT INTO notes VALUES (?, ?, ?, ?)",
      'REPLACE INTO "my tags" (name) VALUES (?)',
      "UPDATE notes SET title = ?",
      "DELETE FROM notes",
      "WITH n(title) AS (VALUES (?)) INSERT INTO notes (title, kind) SELECT title, ? FROM n",
    ),
  ).toEqual([]);
});
