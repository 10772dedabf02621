import { expect, test } from "vitest";
import { fingerprint } from "../sql/fingerprint.ts";
import { differenceLine, differences } from "./differences.ts";
import { openStage } from "./replay.ts";
import { openShadow } from "./shadow.ts";

function schema(...statements: readonly string[]) {
  const shadow = openShadow();
  try {
    for (const sql of statements) expect([sql, shadow.run(sql).error]).toEqual([sql, undefined]);
    return shadow.schema();
  } finally {
    shadow.close();
  }
}

const base = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", "CREATE INDEX i ON t (a)"];

test("blanks, comments, quotes and case of words do not change a fingerprint; a column's type does", () => {
  const same = schema(
    'create table "t"( id integer primary key,\n a TEXT /* the a */ ) -- end',
    "CREATE  INDEX [i] ON t(a)",
  );
  expect(fingerprint(same)).toBe(fingerprint(schema(...base)));
  expect(differences(schema(...base), same)).toEqual([]);
  expect(
    fingerprint(schema("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)", "CREATE INDEX i ON t (a)")),
  ).not.toBe(fingerprint(same));
});

test("a string is not folded, and a rename gives the same schema as the new name from the start", () => {
  expect(fingerprint(schema("CREATE TABLE t (a DEFAULT 'X')"))).not.toBe(
    fingerprint(schema("CREATE TABLE t (a DEFAULT 'x')")),
  );
  expect(fingerprint(schema("CREATE TABLE old (a)", "ALTER TABLE old RENAME TO t"))).toBe(
    fingerprint(schema("CREATE TABLE t (a)")),
  );
});

test("the tables that FTS5 makes for itself are not part of a schema", () => {
  const fts = schema("CREATE VIRTUAL TABLE f USING fts5 (x)");
  expect(fts.length).toBeGreaterThan(1);
  expect(fingerprint(fts)).toBe(fingerprint(fts.filter(({ name }) => name === "f")));
});

test("a table of the user's own counts, also when FTS5 could have called one of its own so", () => {
  const own = "CREATE TABLE f_content (id INTEGER PRIMARY KEY, x)";
  const indexed = schema(
    own,
    "CREATE VIRTUAL TABLE f USING fts5 (x, content='f_content', content_rowid='id')",
  );
  expect(
    differences(
      indexed.filter(({ name }) => name !== "f_content"),
      indexed,
    ).map((difference) => differenceLine(difference)),
  ).toEqual(["+ table f_content (only in the database)"]);
  const node = schema("CREATE TABLE f_node (id)", "CREATE VIRTUAL TABLE f USING fts5 (x)");
  const stage = openStage(node);
  expect(
    stage
      .catalog()
      .tables()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["f", "f_node"]);
  stage.close();
});

test("says object by object what is added, gone and changed", () => {
  const live = schema(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x', extra REAL, p INTEGER REFERENCES t (id))",
    "CREATE TABLE u (a)",
    "CREATE VIEW v AS SELECT 1",
  );
  expect(
    differences(schema(...base, "CREATE VIEW v AS SELECT 2"), live).map((difference) =>
      differenceLine(difference),
    ),
  ).toEqual([
    "- index i (only in the files)",
    "+ table u (only in the database)",
    "~ table t: column a: TEXT in the files, TEXT NOT NULL DEFAULT 'x' in the database; column extra (REAL) is only in the database; column p (INTEGER) is only in the database; foreign key p → t ON DELETE NO ACTION ON UPDATE NO ACTION is only in the database",
    "~ view v: in the files: CREATE VIEW v AS SELECT 2; in the database: CREATE VIEW v AS SELECT 1",
  ]);
});
