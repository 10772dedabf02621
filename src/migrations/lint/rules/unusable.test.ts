import { expect, test } from "vitest";
import { live } from "../../testing/live.ts";

const content = `CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, boss INTEGER REFERENCES people (id));
CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), body TEXT);
CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
CREATE TRIGGER notes_log AFTER INSERT ON notes BEGIN INSERT INTO log (what) VALUES (new.body); END;
CREATE VIEW bosses AS SELECT id, mail FROM people WHERE boss IS NULL;
CREATE VIEW mails AS SELECT mail FROM bosses;
CREATE VIRTUAL TABLE words USING fts5 (body, content='notes', content_rowid='id');
INSERT INTO people VALUES (1, 'a', NULL); INSERT INTO notes VALUES (1, 1, 'x');
`;
const contract = "-- d1:phase contract\n";
const rebuild = (table: string, definition: string, columns: string): string =>
  `CREATE TABLE n (${definition});\nINSERT INTO n (${columns}) SELECT ${columns} FROM ${table};\nDROP TABLE ${table};\nALTER TABLE n RENAME TO ${table};`;

/** Each leaves something behind that fails for everybody who uses it. */
const broken: Readonly<Record<string, { readonly sql: string; readonly fails: RegExp }>> = {
  "a column that refers to a table that is nowhere": {
    sql: "ALTER TABLE notes ADD COLUMN team INTEGER REFERENCES teams (id);",
    fails: /^1 UA1: INSERT INTO notes, .*DELETE FROM notes fail from here on: no such table: main\.teams/,
  },
  "a new table that refers to a column that is not unique": {
    sql: "CREATE TABLE tags (id INTEGER PRIMARY KEY, mail TEXT REFERENCES people (mail));",
    fails: /^1 UA1: .*DELETE FROM people.*: foreign key mismatch - "tags" referencing "people"/,
  },
  "a key whose action puts NULL where none may be": {
    sql: "CREATE TABLE tags (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id) ON DELETE SET NULL);",
    fails: /^1 UA1: DELETE FROM people where tags refers to it fails from here on: ON DELETE SET NULL/,
  },
  "a key whose default is missing": {
    sql: "CREATE TABLE tags (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id) ON DELETE SET DEFAULT);",
    fails: /^1 UA1: .* ON DELETE SET DEFAULT puts NULL into tags\.person/,
  },
  "a trigger that leaves out what its table now wants": {
    sql: `${contract}DROP TRIGGER notes_log;\n${rebuild("log", "id INTEGER PRIMARY KEY, what TEXT, who TEXT NOT NULL DEFAULT 'x'", "id, what").replace(" DEFAULT 'x'", "").replace("(id, what) SELECT id, what FROM", "(id, what, who) SELECT id, what, '' FROM")}\nCREATE TRIGGER notes_log AFTER INSERT ON notes BEGIN INSERT INTO log (what) VALUES (new.body); END;`,
    fails:
      /UA1: INSERT INTO notes fails from here on: a trigger leaves out a value: NOT NULL constraint failed: log\.who/,
  },
  "a view over a view whose column is gone": {
    sql: `${contract}DROP VIEW bosses;\nCREATE VIEW bosses AS SELECT id FROM people WHERE boss IS NULL;`,
    fails: /^2 UA1: SELECT FROM mails fails from here on: no such column: mail/,
  },
  "a view of a table that is nowhere": {
    sql: "CREATE VIEW gone AS SELECT * FROM nowhere;",
    fails: /^1 UA1: SELECT FROM gone fails from here on: no such table: main\.nowhere/,
  },
  "a search table whose content has another name": {
    sql: `${contract}ALTER TABLE notes RENAME TO memos;`,
    fails: /^2 UA1: SELECT FROM words fails from here on: /,
  },
};

for (const [name, { sql, fails }] of Object.entries(broken)) {
  test(`refused, for it leaves something that always fails: ${name}`, () => {
    expect(live(content, [sql]).refused.filter((one) => / UA1: /.test(one))).toEqual([
      expect.stringMatching(fails),
    ]);
  });
}

test("what failed before a file is no fault of the file", () => {
  const already = `${content}CREATE TABLE tags (id INTEGER PRIMARY KEY, team INTEGER REFERENCES teams (id));`;
  expect(live(already, ["ALTER TABLE tags ADD COLUMN label TEXT;"]).refused).toEqual([]);
});

test("a new table may refer to one that a later pending file makes, but an old one would fail in between", () => {
  const teams = "CREATE TABLE teams (id INTEGER PRIMARY KEY);";
  const tags = "CREATE TABLE tags (id INTEGER PRIMARY KEY, team INTEGER REFERENCES teams (id));";
  expect(live(content, [tags, teams]).refused).toEqual([]);
  expect(live(content, [tags]).refused).toEqual([expect.stringMatching(/^1 UA1: /)]);
  const column = "ALTER TABLE notes ADD COLUMN team INTEGER REFERENCES teams (id);";
  expect(live(content, [column, teams]).refused).toEqual([expect.stringMatching(/^1 UA1: /)]);
});

test("tables that only search indexes and views read are no trouble when all of it stays", () => {
  const sql = `CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
ALTER TABLE notes ADD COLUMN team TEXT REFERENCES teams (name) ON DELETE SET NULL;
CREATE VIEW teamless AS SELECT id FROM notes WHERE team IS NULL;
CREATE VIRTUAL TABLE terms USING fts5vocab ('words', 'row');
CREATE VIRTUAL TABLE bare USING fts5 (body, content='');
CREATE TRIGGER teamless_insert INSTEAD OF INSERT ON teamless BEGIN INSERT INTO notes (id) VALUES (new.id); END;`;
  expect(live(content, [sql]).refused).toEqual([]);
});

test("a chain of a hundred tables that cascade is no trouble", () => {
  const chain = Array.from(
    { length: 100 },
    (_, i) =>
      `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t${Math.max(0, i - 1)} (id) ON DELETE CASCADE);`,
  );
  expect(live(content, [chain.join("\n")]).refused).toEqual([]);
});
