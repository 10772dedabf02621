import { expect, test } from "vitest";
import { live } from "../../testing/live.ts";

/** A table rebuilt under its own name, with everything on it that is given. */
const rebuilt = (was: string, is: string, { on = "", again = on }: { on?: string; again?: string } = {}) =>
  live(`CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE);\nCREATE TABLE t (${was};\n${on}`, [
    `-- d1:phase contract\nCREATE TABLE n (${is};\nINSERT INTO n (id, a) SELECT id, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;\n${again}`,
  ]).refused;

const plain = "id INTEGER PRIMARY KEY, a TEXT)";
const index = "CREATE UNIQUE INDEX t_a ON t (a);";
const trigger = "CREATE TRIGGER t_g AFTER INSERT ON t BEGIN SELECT 1; END;";

/** Old table, new table, what is on them, what is said. */
const lost: readonly (readonly [string, string, { on?: string; again?: string }, RegExp])[] = [
  ["id INTEGER PRIMARY KEY, a TEXT) STRICT", plain, {}, /is not STRICT any more/],
  [plain, "id INTEGER PRIMARY KEY, a TEXT) STRICT", {}, /becomes STRICT/],
  [
    "id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID",
    "id TEXT PRIMARY KEY, a TEXT)",
    {},
    /is not WITHOUT ROWID any more/,
  ],
  ["id TEXT PRIMARY KEY, a TEXT)", "id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID", {}, /becomes WITHOUT ROWID/],
  [
    "id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE)",
    plain,
    {},
    /a compares from COLLATE NOCASE to COLLATE BINARY/,
  ],
  [
    plain,
    "id INTEGER PRIMARY KEY, a TEXT COLLATE RTRIM)",
    {},
    /a compares from COLLATE BINARY to COLLATE RTRIM/,
  ],
  ["id INTEGER PRIMARY KEY, a TEXT NOT NULL)", plain, {}, /drops NOT NULL of a/],
  [
    "id INTEGER PRIMARY KEY, a TEXT DEFAULT CURRENT_TIMESTAMP)",
    "id INTEGER PRIMARY KEY, a TEXT DEFAULT 'CURRENT_TIMESTAMP')",
    {},
    /changes the default of a from CURRENT_TIMESTAMP to 'CURRENT_TIMESTAMP'/,
  ],
  [
    "id INTEGER PRIMARY KEY, a INTEGER DEFAULT 5)",
    "id INTEGER PRIMARY KEY, a INTEGER DEFAULT 6)",
    {},
    /changes the default of a from 5 to 6/,
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT AS (a || 'x'))",
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT)",
    {},
    /makes g a plain column/,
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT AS (a || 'x'))",
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT AS (a || 'y'))",
    {},
    /computes g otherwise/,
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT UNIQUE ON CONFLICT IGNORE)",
    "id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
    {},
    /drops UNIQUE of a ON CONFLICT IGNORE/,
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
    "id INTEGER PRIMARY KEY, a TEXT UNIQUE ON CONFLICT REPLACE)",
    {},
    /adds UNIQUE of a ON CONFLICT REPLACE/,
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT REFERENCES p (code) DEFERRABLE INITIALLY DEFERRED)",
    "id INTEGER PRIMARY KEY, a TEXT REFERENCES p (code))",
    {},
    /drops the constraint FOREIGN KEY .*INITIALLY DEFERRED/,
  ],
  ["id INTEGER PRIMARY KEY, a TEXT)", "id INT PRIMARY KEY, a TEXT)", {}, /numbers new rows by itself/],
  [
    plain,
    plain,
    { on: index, again: "CREATE INDEX t_a ON t (a);" },
    /^6 DL5: .*makes the index t_a otherwise/,
  ],
  [
    plain,
    plain,
    { on: index, again: "CREATE UNIQUE INDEX t_a ON t (a) WHERE a > 'm';" },
    /makes the index t_a otherwise/,
  ],
  [
    plain,
    plain,
    { on: index, again: "CREATE UNIQUE INDEX t_a ON t (a COLLATE NOCASE);" },
    /makes the index t_a otherwise/,
  ],
  [plain, plain, { on: index, again: "" }, /loses the index t_a/],
  [
    plain,
    plain,
    { on: trigger, again: "CREATE TRIGGER t_g AFTER INSERT ON t WHEN new.id > 3 BEGIN SELECT 1; END;" },
    /makes the trigger t_g otherwise/,
  ],
];

for (const [was, is, on, said] of lost) {
  test(`refused: (${was} → (${is}${on.on === undefined ? "" : `, ${on.on} → ${on.again ?? ""}`}`, () => {
    expect(rebuilt(was, is, on)).toEqual([expect.stringMatching(/^\d+ DL5: /)]);
    expect(rebuilt(was, is, on)).toEqual([expect.stringMatching(said)]);
  });
}

/** The same in other words, or more than before. */
const kept: readonly (readonly [string, string, { on?: string; again?: string }])[] = [
  [
    "id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x' NOT NULL)",
    "`id` integer PRIMARY KEY NOT NULL, `a` text NOT NULL DEFAULT ('x'))",
    {},
  ],
  ["id INTEGER PRIMARY KEY, a INTEGER DEFAULT 0)", "id INTEGER PRIMARY KEY, a INTEGER DEFAULT '0')", {}],
  ["id INTEGER PRIMARY KEY, a INTEGER DEFAULT true)", "id INTEGER PRIMARY KEY, a INTEGER DEFAULT (1))", {}],
  ["id INTEGER PRIMARY KEY, a TEXT DEFAULT NULL)", plain, {}],
  ['id INTEGER PRIMARY KEY, a TEXT DEFAULT "x")', "id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x')", {}],
  [plain, "id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'new')", {}],
  ["id INTEGER PRIMARY KEY, a TEXT COLLATE BINARY)", plain, {}],
  [
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT GENERATED ALWAYS AS (a || 'x') VIRTUAL)",
    "id INTEGER PRIMARY KEY, a TEXT, g TEXT AS ( a||'x' ))",
    {},
  ],
  [
    "id INTEGER PRIMARY KEY, a TEXT UNIQUE ON CONFLICT ABORT)",
    "id INTEGER PRIMARY KEY, a TEXT, UNIQUE (a))",
    {},
  ],
  ["id INTEGER PRIMARY KEY, a TEXT UNIQUE)", plain, { on: "", again: index }],
  [plain, "id INTEGER PRIMARY KEY, a TEXT UNIQUE)", { on: index, again: "" }],
  [plain, plain, { on: index, again: 'CREATE UNIQUE INDEX IF NOT EXISTS "t_a" ON "t" ("a" ASC);' }],
  [plain, plain, { on: index, again: "CREATE UNIQUE INDEX other ON t (a);" }],
  [plain, plain, { on: trigger }],
  [
    "id INTEGER PRIMARY KEY, a TEXT REFERENCES p (code) DEFERRABLE)",
    "id INTEGER PRIMARY KEY, a TEXT REFERENCES p (code))",
    {},
  ],
];

for (const [was, is, on] of kept) {
  test(`passed, for nothing is lost: (${was} → (${is}${on.again === undefined ? "" : `, ${on.on ?? ""} → ${on.again}`}`, () => {
    expect(rebuilt(was, is, on)).toEqual([]);
  });
}

test("numbers of AUTOINCREMENT are lost only where the last rows are gone, so the live database is asked", () => {
  const numbered =
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);\nINSERT INTO t (a) VALUES ('x'), ('y');\n";
  const sql =
    "CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);\nINSERT INTO n SELECT * FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;";
  expect(live(numbered, [sql]).refused).toEqual([]);
  expect(live(`${numbered}DELETE FROM t WHERE id = 2;`, [sql]).refused).toEqual([
    expect.stringMatching(/^2 DL5: .*forgets how far AUTOINCREMENT has counted/),
  ]);
});

test("a trigger that is dropped by name may be made again otherwise", () => {
  const again = "CREATE TRIGGER t_g AFTER INSERT ON t BEGIN SELECT 2; END;";
  const refused = live(`CREATE TABLE t (${plain};\n${trigger}`, [
    `-- d1:phase contract\nDROP TRIGGER t_g;\nCREATE TABLE n (${plain};\nINSERT INTO n SELECT * FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;\n${again}`,
  ]).refused;
  expect(refused).toEqual([]);
});
