import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type MigrationFile, readFolder, readMigration } from "../files/reading.ts";
import { fileLine } from "../files/summary.ts";
import { randomCase } from "../testing/random-migrations.ts";
import { squash } from "./squash.ts";

const path = "migrations/shop/db/0099_squashed.sql";
const read = (name: string, sql: string): MigrationFile =>
  readMigration(name, `migrations/shop/db/${name}`, new TextEncoder().encode(sql));
const filesOf = (...texts: readonly string[]): readonly MigrationFile[] =>
  texts.map((sql, i) => read(`${String(i + 1).padStart(4, "0")}_step.sql`, sql));
const squashed = (...texts: readonly string[]): string =>
  squash({ files: filesOf(...texts), name: "0099_squashed.sql", path, date: "2026-11-30" });

/** Everything of a database that SQLite shows, made by SQLite alone: no shadow has a part in it. */
function dump(...texts: readonly string[]): unknown {
  const db = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true });
  for (const text of texts) {
    db.exec("BEGIN");
    db.exec(text);
    db.exec("COMMIT");
  }
  const schema = db
    .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
    .all()
    .map(
      (row): Record<string, unknown> => ({
        ...row,
        sql: String(row["sql"])
          .replace(/--[^\n]*/g, "")
          .replace(/\s+/g, " ")
          .trim(),
      }),
    );
  const tables = schema.filter((row) => row["type"] === "table").map((row) => String(row["name"]));
  const rows = tables.map((name) => {
    const all = db.prepare(`SELECT *, '${name}' FROM "${name}"`);
    all.setReadBigInts(true);
    all.setReturnArrays(true);
    // Where a search index keeps a word is its own affair; what is found is asked below.
    return /_(data|idx|docsize)$/.test(name) ? name : [name, all.all()];
  });
  return { schema, rows };
}

const kinds: Readonly<Record<string, readonly string[]>> = {
  "columns that came and went, indexes, a view, a trigger that was made before rows": [
    "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT NOT NULL DEFAULT 'it''s', gone TEXT);\nCREATE TABLE log (n INTEGER);\n",
    "CREATE TRIGGER counted AFTER INSERT ON a BEGIN INSERT INTO log VALUES (new.id); END;\nINSERT INTO a (x, gone) VALUES ('one', 'g'), ('two', 'g');\n",
    "ALTER TABLE a DROP COLUMN gone;\nALTER TABLE a ADD COLUMN y REAL DEFAULT 1.0;\nCREATE UNIQUE INDEX by_x ON a (x COLLATE NOCASE DESC) WHERE y > 0;\nCREATE VIEW v AS SELECT x, count(*) AS n FROM a GROUP BY x;\n",
  ],
  "STRICT, WITHOUT ROWID, generated columns, CHECK, ON CONFLICT": [
    "CREATE TABLE s (k TEXT NOT NULL, n INT, b BLOB, t ANY, PRIMARY KEY (k, n)) STRICT, WITHOUT ROWID;\nCREATE TABLE g (a INTEGER, twice AS (a * 2) STORED, CHECK (a > 0), UNIQUE (a) ON CONFLICT IGNORE);\nINSERT INTO s VALUES ('z', 1, X'00ff', 1.0), ('a', 2, NULL, 1);\nINSERT INTO g (a) VALUES (5);\n",
    "INSERT INTO g (a) VALUES (4);\n",
  ],
  "a rebuild, keys that refer in a circle, and rows of both": [
    "CREATE TABLE p (id INTEGER PRIMARY KEY, c INTEGER REFERENCES c (id));\nCREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p (id) ON DELETE CASCADE);\nPRAGMA defer_foreign_keys = ON;\nINSERT INTO p VALUES (1, 1);\nINSERT INTO c VALUES (1, 1);\n",
    "CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT);\nCREATE TABLE n2 (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\nINSERT INTO n2 SELECT * FROM n;\nDROP TABLE n;\nALTER TABLE n2 RENAME TO n;\n",
  ],
  "numbers of rows with gaps, and counts of AUTOINCREMENT beyond them": [
    "CREATE TABLE plain (x);\nINSERT INTO plain VALUES (1), (2), (3);\nDELETE FROM plain WHERE x = 2;\nCREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x);\nINSERT INTO counted (x) VALUES (1), (2), (3);\nDELETE FROM counted WHERE id > 1;\n",
    "CREATE TABLE emptied (id INTEGER PRIMARY KEY AUTOINCREMENT);\nINSERT INTO emptied VALUES (41);\nDELETE FROM emptied WHERE id = 41;\n",
  ],
  "values of every type, to the last digit": [
    "CREATE TABLE v (x);\nINSERT INTO v VALUES (9223372036854775807), (-9223372036854775808), (0.1), (1e300), (9e999), ('text''s'), (''), (NULL), (X''), (1.0), ('1'), (char(0)), ('line\nbreak; -- no comment'), (char(13)), ('ünï');\n",
    "INSERT INTO v SELECT 'a' || char(65279, 10);\n",
  ],
  "search tables with a text of their own and with another's": [
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\nCREATE VIRTUAL TABLE own USING fts5 (title, body, tokenize = 'porter');\nCREATE VIRTUAL TABLE other USING fts5 (body, content = 'notes', content_rowid = 'id');\nCREATE TRIGGER fed AFTER INSERT ON notes BEGIN INSERT INTO other (rowid, body) VALUES (new.id, new.body); END;\n",
    "INSERT INTO notes VALUES (7, 'a long note'), (9, 'another');\nINSERT INTO own (rowid, title, body) VALUES (3, 'first', 'words here');\n",
  ],
  "a directive that stands within a statement": [
    'CREATE TABLE a (x, y);\nCREATE VIEW w AS SELECT x -- d1:allow ID1 "a reason"\n  FROM a; -- why not\n',
  ],
};

for (const [kind, texts] of Object.entries(kinds))
  test(`made by one file as by several, to SQLite itself: ${kind}`, () => {
    expect(dump(squashed(...texts))).toEqual(dump(...texts));
  });

test("what is found in search tables is what was found", () => {
  const texts = kinds["search tables with a text of their own and with another's"] ?? [];
  const found = [texts, [squashed(...texts)]].map((all) => {
    const db = new DatabaseSync(":memory:");
    for (const text of all) db.exec(text);
    return [
      db.prepare("SELECT rowid FROM own WHERE own MATCH 'word'").all(),
      db.prepare("SELECT rowid FROM other WHERE other MATCH 'note'").all(),
    ];
  });
  expect(found[1]).toEqual(found[0]);
  expect(found[0]).toEqual([[{ rowid: 3 }], [{ rowid: 7 }]]);
});

test("the file says what it stands for, and reads as such", () => {
  const files = filesOf("CREATE TABLE a (x);\n", "CREATE TABLE b (x);\n");
  const text = squash({ files, name: "0002_squashed.sql", path, date: "2026-11-30" });
  const one = read("0002_squashed.sql", text);
  expect(one.squashes).toEqual(files.map(({ name, checksum }) => ({ name, checksum })));
  expect(fileLine(one)).toContain(" in the place of 2 files, 2 stmts: CREATE TABLE a");
  expect(squash({ files, name: "0002_squashed.sql", path, date: "2026-11-30" })).toBe(text);
});

test("what a column's default takes from the clock is left to it; what else is written by the clock or by chance is refused", () => {
  const table =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, since INTEGER DEFAULT (unixepoch()), name TEXT);\n";
  const text = squashed(
    table,
    "INSERT INTO t (name) VALUES ('a');\nINSERT INTO t (at, name) VALUES ('2020-01-01', 'b');\n",
  );
  expect(text).toContain('INSERT INTO "t" ("id", "name") VALUES\n(1, \'a\');');
  expect(text).toContain('INSERT INTO "t" ("id", "at", "name") VALUES\n(2, \'2020-01-01\', \'b\');');
  for (const [written, column] of [
    ["INSERT INTO t (name) VALUES (datetime('now'))", "name"],
    ["INSERT INTO t (name) VALUES (strftime('%Y', 'now', '+1 day'))", "name"],
    ["INSERT INTO t (name) VALUES (lower(hex(randomblob(8))))", "name"],
    ["INSERT INTO t (id) VALUES (abs(random() % 1000000007))", "the row's number"],
    ["INSERT INTO t (at) VALUES (date('now', '+30 days'))", "at"],
  ] as const)
    expect(() => squashed(table, `${written};\n`), written).toThrow(
      new RegExp(`values of the clock or of chance[\\s\\S]*table t, .*${column}, row 1`),
    );
});

test("a file that does not run on an empty database is refused, with its line", () => {
  expect(() => squashed("CREATE TABLE a (x);\n", "\nINSERT INTO nobody VALUES (1);\n")).toThrow(
    /0002_step\.sql does not run on an empty database[\s\S]*0002_step\.sql:2[\s\S]*no such table: nobody/,
  );
});

test("a search index that no text makes is refused", () => {
  expect(() =>
    squashed(
      "CREATE VIRTUAL TABLE words USING fts5 (body, content = '');\nINSERT INTO words (rowid, body) VALUES (1, 'a b');\n",
    ),
  ).toThrow(/would not run, so nothing was squashed[\s\S]*rebuild/);
  expect(() =>
    squashed(
      "CREATE TABLE n (id INTEGER PRIMARY KEY, body TEXT);\nCREATE VIRTUAL TABLE f USING fts5 (body, content = 'n', content_rowid = 'id');\nINSERT INTO n VALUES (1, 'one');\nINSERT INTO f (rowid, body) VALUES (1, 'another');\n",
    ),
  ).toThrow(/would not make what the old files make[\s\S]*search table f/);
});

test("many rows go into statements that D1 takes", () => {
  const text = squashed(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT);\nINSERT INTO t (x) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT printf('%.*c', i, 'x') FROM n;\n",
  );
  const { statements } = read("0002_squashed.sql", text);
  expect(statements.length).toBeGreaterThan(5);
  for (const { sql } of statements) expect(Buffer.byteLength(sql)).toBeLessThan(100_000);
});

for (const top of ["migrations", "src/migrations/testing/histories"])
  for (const system of readdirSync(top))
    for (const database of readdirSync(join(top, system)))
      test(`the real files of ${system}/${database} are one file that makes the same`, () => {
        const files = readFolder(join(top, system, database));
        const text = squash({ files, name: "0099_squashed.sql", path, date: "2026-11-30" });
        expect(dump(text)).toEqual(dump(...files.map((file) => readFileSync(file.path, "utf8"))));
      });

test("of random files each is squashed to what SQLite calls the same, or refused", () => {
  let made = 0;
  fc.assert(
    fc.property(randomCase, ({ setUp, migration }) => {
      const texts = [setUp, migration].map((all) =>
        all.map((sql) => (sql.startsWith("--") ? `${sql}\n` : `${sql};\n`)).join(""),
      );
      let text: string;
      try {
        text = squashed(...texts);
      } catch (error) {
        // A random migration may fail as it is, or name what D1 does not take.
        expect(String(error)).toMatch(/does not run on an empty database|linter/);
        return;
      }
      made++;
      expect(dump(text)).toEqual(dump(...texts));
    }),
    { numRuns: 150, seed: 20261130 },
  );
  expect(made).toBeGreaterThan(50);
});
