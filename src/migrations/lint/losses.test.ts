import { expect, test } from "vitest";
import { live, plain } from "../testing/live.ts";

const content = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);
CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT);
CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON UPDATE SET NULL, w TEXT);
INSERT INTO t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2'), (9, 'a9', 'b9');
INSERT INTO p VALUES (1, 'x');
INSERT INTO c VALUES (1, 1, 'w');
`;
const same = "id INTEGER PRIMARY KEY, a TEXT, b TEXT";
const rebuild = (definition: string, copy: string): string =>
  `-- d1:phase contract\nCREATE TABLE n (${definition});\n${copy};\nDROP TABLE t;\nALTER TABLE n RENAME TO t;`;
const view = "CREATE VIEW v AS SELECT * FROM t;\n";

interface Case {
  readonly with?: string;
  readonly sql: string;
  readonly refused: readonly (string | RegExp)[];
}

/** Each of these takes rows or values that it does not name. */
const cases: Readonly<Record<string, Case>> = {
  "a copy by * into another order of columns": {
    sql: rebuild("id INTEGER PRIMARY KEY, b TEXT, a TEXT", "INSERT INTO n SELECT * FROM t"),
    refused: [/^3 DL5: .* fills a with t\.b/, /^3 DL5: .* fills b with t\.a/],
  },
  "a copy that swaps two columns": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT id, b, a FROM t"),
    refused: [/fills a with t\.b/, /fills b with t\.a/],
  },
  "a copy with a CAST": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT id, CAST(a AS INTEGER), b FROM t"),
    refused: [/fills a with CAST/],
  },
  "a copy that reads a column only to sort by it": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT id, a, NULL FROM t ORDER BY b"),
    refused: [/fills b with NULL/],
  },
  "a coalesce that begins with another column": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT id, coalesce(b, a), b FROM t"),
    refused: [/fills a with coalesce/],
  },
  "a column that becomes a generated one": {
    sql: rebuild(
      "id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (a || 'x')",
      "INSERT INTO n (id, a) SELECT id, a FROM t ORDER BY b",
    ),
    refused: [/does not copy b/],
  },
  "a copy from a sub-select with a WHERE": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT * FROM (SELECT id, a, b FROM t WHERE id < 3)"),
    refused: [/copies with a sub-select/],
  },
  "a waiver of another rule, which does not lift the count": {
    sql: rebuild(
      `${same}, c TEXT`,
      '-- d1:allow ID1 "the clock"\nINSERT INTO n (id, a, b, c) SELECT id, a, b, CURRENT_TIMESTAMP FROM (SELECT * FROM t WHERE id < 3)',
    ),
    refused: [/copies with a sub-select/],
  },
  "a copy from several tables": {
    with: "CREATE TABLE q (x); INSERT INTO q VALUES (1);",
    sql: rebuild(
      "id INTEGER, a TEXT, b TEXT",
      "INSERT INTO n SELECT id, a, b FROM (SELECT * FROM t WHERE id = 1), (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)",
    ),
    refused: [/drops the constraint PRIMARY KEY/, /copies with/],
  },
  "values that are overwritten between copy and DROP": {
    sql: `-- d1:phase contract\nCREATE TABLE n (${same});\nINSERT INTO n SELECT id, a, b FROM t;\nUPDATE n SET a = NULL;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;`,
    refused: ["4 DL4: UPDATE n has no WHERE: a is overwritten in all rows"],
  },
  "rows that are deleted between copy and DROP": {
    sql: `-- d1:phase contract\nCREATE TABLE n (${same});\nINSERT INTO n SELECT id, a, b FROM t;\nDELETE FROM n;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;`,
    refused: ["4 DL4: DELETE FROM n has no WHERE: all rows go"],
  },
  "a value that goes where it equals itself": {
    sql: rebuild(same, "INSERT INTO n (id, a, b) SELECT id, nullif(a, a), b FROM t"),
    refused: [/fills a with nullif/],
  },
  "rows and values that are written too late": {
    sql: `-- d1:phase contract\nCREATE TABLE n (${same});\nINSERT INTO n SELECT id, a, b FROM t;\nINSERT INTO t VALUES (7, 'a7', 'b7');\nUPDATE t SET a = 'new' WHERE id = 1;\nDELETE FROM n WHERE id = 9;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;`,
    refused: [/^4 DL5: .* writes to t after/, /^5 DL5: .* writes to t after/],
  },
  "numbers of AUTOINCREMENT": {
    with: "CREATE TABLE k (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO k VALUES (1), (9); DELETE FROM k WHERE id = 9;",
    sql: "-- d1:phase contract\nCREATE TABLE n (id INTEGER PRIMARY KEY);\nINSERT INTO n SELECT * FROM k;\nDROP TABLE k;\nALTER TABLE n RENAME TO k;\nINSERT INTO k DEFAULT VALUES;",
    refused: ["2 DL5: the rebuild of k drops the constraint AUTOINCREMENT"],
  },
  "what ANY keeps in a STRICT table": {
    with: "CREATE TABLE k (a ANY) STRICT; INSERT INTO k VALUES ('007');",
    sql: "-- d1:phase contract\nCREATE TABLE n (a ANY);\nINSERT INTO n SELECT * FROM k;\nDROP TABLE k;\nALTER TABLE n RENAME TO k;",
    refused: [/turns a from ANY into ANY/, /is not STRICT any more/],
  },
  "an UPDATE through a view": {
    with: `${view}CREATE TRIGGER vu INSTEAD OF UPDATE ON v BEGIN UPDATE t SET a = new.a WHERE id = old.id; END;`,
    sql: "UPDATE v SET a = 'gone';",
    refused: ["1 DL4: UPDATE v has no WHERE: a is overwritten in all rows"],
  },
  "an INSERT into a view whose trigger overwrites all rows": {
    with: `${view}CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN UPDATE t SET a = new.a; END;`,
    sql: "INSERT INTO v VALUES (1, 'gone', 'gone');",
    refused: [/^1 DL3: inserting into v also changes rows of t/],
  },
  "a REPLACE through a view": {
    with: `${view}CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.id, new.a, new.b); END;`,
    sql: "INSERT OR REPLACE INTO v VALUES (1, 'gone', 'gone');",
    refused: [/^1 DL4: REPLACE deletes/],
  },
  "a trigger that overwrites all rows of another table": {
    with: "CREATE TRIGGER tu AFTER UPDATE ON t BEGIN UPDATE p SET v = NULL; END;",
    sql: "UPDATE t SET a = 'z' WHERE id = 1;",
    refused: [/^1 DL3: updating t also changes rows of p/],
  },
  "a key whose references are set to NULL": {
    sql: "UPDATE p SET id = 5 WHERE id = 1;",
    refused: [/^1 DL3: updating p also changes rows of c/],
  },
  "an upsert of every row": {
    sql: "INSERT INTO t (id) SELECT id FROM t WHERE true ON CONFLICT (id) DO UPDATE SET a = NULL;",
    refused: [/^1 DL4: .* ON CONFLICT DO UPDATE has no WHERE: a is overwritten/],
  },
  "OR true in parentheses": { sql: "DELETE FROM t WHERE (id = 7 OR true);", refused: [/true for every row/] },
  "two truths with AND": { sql: "DELETE FROM t WHERE 1 AND id = id;", refused: [/true for every row/] },
  "a key that is not NULL": { sql: "DELETE FROM t WHERE id IS NOT NULL;", refused: [/true for every row/] },
  "a key among all keys": {
    sql: "DELETE FROM t WHERE id IN (SELECT id FROM t);",
    refused: [/true for every row/],
  },
  "a column that the sub-select's table does not have": {
    sql: "DELETE FROM t WHERE a IN (SELECT a FROM p);",
    refused: [/true for every row/],
  },
  "a condition on another table": {
    sql: "UPDATE t SET a = NULL FROM p WHERE p.id = 1;",
    refused: [/looks at no column of it/],
  },
  "EXISTS without the row": {
    sql: "DELETE FROM t WHERE EXISTS (SELECT 1 FROM p);",
    refused: [/looks at no column of it/],
  },
  "a mistyped name in double quotes": {
    sql: `DELETE FROM t WHERE "idd" <> 'x';`,
    refused: [/looks at no column of it/],
  },
  "an old column under the name of a new one": {
    sql: "-- d1:phase contract\nALTER TABLE t ADD COLUMN z TEXT;\nALTER TABLE t RENAME COLUMN z TO q;\nALTER TABLE t RENAME COLUMN a TO z;\nUPDATE t SET z = NULL;\nALTER TABLE t DROP COLUMN z;",
    refused: [
      "5 DL4: UPDATE t has no WHERE: z is overwritten in all rows",
      "6 DL2: drops the column t.z with its values",
    ],
  },
};

for (const [name, { with: more = "", sql, refused }] of Object.entries(cases)) {
  test(`refused, for it loses what it does not name: ${name}`, () => {
    const found = live(content + more, [sql]);
    expect(found.refused).toEqual(
      refused.map((one) => (typeof one === "string" ? one : expect.stringMatching(one))),
    );
    const before = found.rows();
    expect(found.apply(plain(sql))).toBeUndefined();
    expect(found.rows()).not.toEqual(before);
  });
}

test("a deferral that nobody ends fails at the commit; ended after a check, it lets a parent be rebuilt", () => {
  const kin =
    "CREATE TABLE k (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t (id)); INSERT INTO k VALUES (1, 1);";
  const usual = rebuild(same, "INSERT INTO n SELECT * FROM t").replace(
    "\n",
    "\nPRAGMA defer_foreign_keys = ON;\n",
  );
  const open = live(content + kin, [usual]);
  expect(open.refused).toEqual([
    expect.stringMatching(/^5 DL3: dropping t to rebuild it fails as soon as k has a row/),
  ]);
  expect(open.apply(plain(usual))).toMatch(/FOREIGN KEY constraint failed/);
  const ended = `${usual}\nSELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check) THEN '$' ELSE 'broken' END);\nPRAGMA defer_foreign_keys = OFF;`;
  const closed = live(content + kin, [ended]);
  expect(closed.refused).toEqual([]);
  expect(closed.apply(closed.linted[0]?.statements ?? [])).toBeUndefined();
});

test("a CHECK that lists a value less is a new one, and the old one gone", () => {
  const kinds =
    "CREATE TABLE k (id INTEGER PRIMARY KEY, s TEXT CHECK (s IN ('a', 'b'))); INSERT INTO k VALUES (1, 'b');";
  const { refused } = live(content + kinds, [
    "CREATE TABLE n (id INTEGER PRIMARY KEY, s TEXT CHECK (s IN ('a', 'c')));\nINSERT INTO n SELECT * FROM k;\nDROP TABLE k;\nALTER TABLE n RENAME TO k;",
  ]);
  expect(refused.map((one) => one.slice(0, 5))).toEqual(["1 DL5", "1 DD3", "1 BC1"]);
});

test("rows that break a new CHECK are found, also when it calls its column by the table's name", () => {
  const { refused } = live(content, [
    rebuild("id INTEGER PRIMARY KEY, a TEXT CHECK (n.a <> 'a9'), b TEXT", "INSERT INTO n SELECT * FROM t"),
  ]);
  expect(refused).toEqual([expect.stringMatching(/^2 DD3: rows of t break the new CHECK/)]);
});

test("a column that does not exist yet is not filled with its own name", () => {
  const found = live(content, [
    rebuild(`${same}, c TEXT`, 'INSERT INTO n ("id", "a", "b", "c") SELECT "id", "a", "b", "c" FROM "t"'),
  ]);
  expect(found.refused).toEqual([expect.stringMatching(/^3 DL5: .* fills c with the text 'c' in every row/)]);
});

test("rows that a search index knows by their rowid keep it", () => {
  const indexed =
    "CREATE TABLE k (k TEXT PRIMARY KEY, a TEXT);\nCREATE VIRTUAL TABLE words USING fts5 (a, content='k', content_rowid='rowid');\nINSERT INTO k VALUES ('x', 'a'), ('y', 'b');\nDELETE FROM k WHERE k = 'x';\n";
  const copied = (names: string): string =>
    `-- d1:phase contract\nCREATE TABLE n (k TEXT PRIMARY KEY, a TEXT, z);\nINSERT INTO n (${names}) SELECT ${names} FROM k;\nDROP TABLE k;\nALTER TABLE n RENAME TO k;`;
  expect(live(indexed, [copied("k, a")]).refused).toEqual([
    "3 DL5: the rebuild of k gives its rows other rowids, by which words finds them",
  ]);
  expect(live(indexed, [copied("rowid, k, a")]).refused).toEqual([]);
});

test("a table that is moved aside leaves running code without it, also when an empty one takes its place", () => {
  const { refused } = live(content, ["ALTER TABLE t RENAME TO t_old;\nCREATE TABLE t (x);"]);
  expect(refused).toEqual([expect.stringMatching(/^1 BC1: running code uses the name t/)]);
});

for (const value of ["00", "onx", "'off'", "nope", "0x1"]) {
  test(`PRAGMA defer_foreign_keys = ${value} switches off, as SQLite reads it`, () => {
    const { refused, warned } = live(content, [
      `PRAGMA defer_foreign_keys = ON;\nPRAGMA defer_foreign_keys = ${value};`,
    ]);
    expect([...refused, ...warned][0]).toMatch(/^2 (FK1|D1b)/);
  });
}
