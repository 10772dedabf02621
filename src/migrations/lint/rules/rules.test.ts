import { expect, test } from "vitest";
import { readMigration } from "../../files/reading.ts";
import { openStage } from "../../shadow/replay.ts";
import { answered, type LintedFile, lint, type Reported } from "../lint.ts";
import { rules } from "./all.ts";

const base = `
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, nick TEXT NOT NULL DEFAULT 'x', age INTEGER);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body TEXT);
CREATE TABLE marks (id INTEGER PRIMARY KEY, post_id INTEGER REFERENCES posts (id) ON DELETE SET NULL);
CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));
CREATE TABLE alone (id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0), UNIQUE (a));
CREATE TABLE replacing (id INTEGER PRIMARY KEY, k TEXT UNIQUE ON CONFLICT REPLACE);
CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id) ON DELETE CASCADE);
CREATE TABLE strict (c TEXT CHECK (length(c) > 3)) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (w);
CREATE TABLE logged (id INTEGER PRIMARY KEY);
CREATE TABLE log (logged_id INTEGER);
CREATE INDEX alone_b ON alone (b);
CREATE VIEW names AS SELECT nick FROM users;
CREATE VIEW written AS SELECT id FROM logged;
CREATE TRIGGER written_on INSTEAD OF INSERT ON written BEGIN INSERT INTO logged (id) VALUES (new.id); END;
CREATE UNIQUE INDEX logged_key ON log (logged_id);
CREATE TRIGGER forget AFTER DELETE ON logged BEGIN DELETE FROM log WHERE logged_id = old.id; END;
`;

function file(sql: string, name = "0002_change.sql") {
  return readMigration(name, `migrations/${name}`, new TextEncoder().encode(sql));
}

/** One file over the base, every question answered alike. */
function linted(sql: string, answer: boolean | undefined = undefined): LintedFile {
  const stage = openStage([]);
  try {
    stage.replay(file(base, "0001_base.sql"));
    stage.settle();
    return answered(lint(stage.replay(file(sql))), () => answer);
  } finally {
    stage.close();
  }
}

const said = (findings: readonly Reported[]): readonly string[] =>
  findings.map(
    ({ code, severity, waived, line }) => `${line} ${code} ${waived === undefined ? severity : "waived"}`,
  );

const contract = "-- d1:phase contract\n";

/** Statements → findings of the rule in question, as "line code severity". */
interface Case {
  readonly sql: string;
  readonly answer?: boolean;
  readonly finds: readonly string[];
}

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  UA1: {
    "a reference to a table that is nowhere": {
      sql: "ALTER TABLE log ADD COLUMN team INTEGER REFERENCES teams (id);",
      finds: ["1 UA1 error"],
    },
    "a table dropped under a view": {
      sql: `${contract}-- d1:data-loss "test rows"\nDROP TABLE users;`,
      finds: ["3 UA1 error"],
    },
    "a view dropped with its table": {
      sql: `${contract}DROP VIEW written;\nDROP TRIGGER forget;\n-- d1:data-loss "test rows"\nDROP TABLE logged;`,
      finds: [],
    },
  },
  DQ1: {
    "a mistyped column that is set": {
      sql: 'UPDATE users SET nick = "nmae" WHERE id = 1;',
      finds: ["1 DQ1 error"],
    },
    "a mistyped column in a WHERE": {
      sql: 'DELETE FROM users WHERE age > 3 AND "emial" IS NULL;',
      finds: ["1 DQ1 error"],
    },
    "a column of another table": {
      sql: 'UPDATE users SET nick = "body" WHERE id = 1;',
      finds: ["1 DQ1 error"],
    },
    "a mistyped column in a view, a copy and an upsert": {
      sql: 'CREATE VIEW v AS SELECT "nikc" FROM users;\nCREATE TABLE c AS SELECT "emial" AS email FROM users;\nINSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET nick = "nikc";',
      finds: ["1 DQ1 error", "2 DQ1 error", "3 DQ1 error"],
    },
    "text that could be no column": {
      sql: 'UPDATE users SET email = "a@b.c" WHERE id = 1;',
      finds: ["1 DQ1 warning"],
    },
    "columns, tables, aliases and values": {
      sql: 'UPDATE "users" SET "nick" = "email" WHERE "users"."id" = 1;\nINSERT INTO users (nick) VALUES ("text");\nINSERT INTO "log" ("logged_id") SELECT "u"."id" FROM "users" AS "u" ORDER BY "u"."id";\nSELECT "n" FROM (SELECT "nick" AS "n" FROM "users");',
      finds: [],
    },
  },
  ST1: {
    "a column set twice": {
      sql: "UPDATE users SET nick = 'a', age = 1, Nick = 'b' WHERE id = 1;",
      finds: ["1 ST1 error"],
    },
    "a column set twice in an upsert, and in a row of columns": {
      sql: "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET nick = 'a', nick = 'b';\nUPDATE users SET (nick, age) = ('a', 1), age = 2 WHERE id = 1;",
      finds: ["1 ST1 error", "2 ST1 error"],
    },
    "a column given twice": {
      sql: "INSERT INTO users (nick, nick) VALUES ('a', 'b');",
      finds: ["1 ST1 error"],
    },
    "each column once": {
      sql: "UPDATE users SET nick = coalesce(nick, age), age = max(age, 1) WHERE id = 1;\nINSERT INTO users (nick, age) SELECT nick, nick FROM users;",
      finds: [],
    },
  },
  DL1: {
    "a dropped table": { sql: `${contract}DROP TABLE alone;`, finds: ["2 DL1 error"] },
    "a dropped table that has to be empty": {
      sql: `${contract}-- d1:allow DL1 "never used"\nDROP TABLE alone;`,
      finds: ["3 DL1 waived"],
    },
    "a dropped table whose rows may go": {
      sql: `${contract}-- d1:data-loss "test rows"\nDROP TABLE alone;`,
      finds: ["3 DL1 waived"],
    },
    "a table renamed and dropped": {
      sql: `${contract}ALTER TABLE alone RENAME TO other;\nDROP TABLE other;`,
      finds: ["3 DL1 error"],
    },
    "a full-text index": { sql: `${contract}DROP TABLE words;`, finds: ["2 DL1 error"] },
    "a copy dropped while the table stays": {
      sql: "CREATE TABLE scratch AS SELECT * FROM alone;\nDROP TABLE scratch;",
      finds: [],
    },
    "the only copy dropped": {
      sql: `${contract}CREATE TABLE copy AS SELECT * FROM alone;\n-- d1:data-loss "moved"\nDROP TABLE alone;\nDROP TABLE copy;`,
      finds: ["4 DL1 waived", "5 DL1 error"],
    },
    "a table made and dropped in one file": { sql: "CREATE TABLE t (a);\nDROP TABLE t;", finds: [] },
    "a table dropped and made again without its rows": {
      sql: "DROP TABLE alone;\nCREATE TABLE alone (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);",
      finds: ["1 DL1 error"],
    },
  },
  DL2: {
    "a dropped column": { sql: `${contract}ALTER TABLE users DROP COLUMN age;`, finds: ["2 DL2 error"] },
    "a dropped column, waived": {
      sql: `${contract}-- d1:allow DL2 "unused since v14"\nALTER TABLE users DROP COLUMN age;`,
      finds: ["3 DL2 waived"],
    },
    "a column added and dropped in one file": {
      sql: "ALTER TABLE users ADD COLUMN z TEXT;\nALTER TABLE users DROP COLUMN z;",
      finds: [],
    },
  },
  DL3: {
    "a delete that cascades": { sql: "DELETE FROM users WHERE id = 1;", finds: ["1 DL3 error"] },
    "a delete that cascades, its rows given up": {
      sql: '-- d1:data-loss "a test user"\nDELETE FROM users WHERE id = 1;',
      finds: ["2 DL3 waived"],
    },
    "a delete that a trigger carries on": { sql: "DELETE FROM logged WHERE id = 1;", finds: ["1 DL3 error"] },
    "a delete through a view": {
      sql: "CREATE VIEW w AS SELECT * FROM alone;\nCREATE TRIGGER wd INSTEAD OF DELETE ON w BEGIN DELETE FROM alone WHERE id = old.id; END;\nDELETE FROM w;",
      finds: ["3 DL3 error"],
    },
    "a delete that nobody refers to": { sql: "DELETE FROM marks WHERE id = 1;", finds: [] },
    "a delete that cascades within its table": {
      sql: "DELETE FROM tree WHERE id = 1;",
      finds: ["1 DL3 error"],
    },
    "children first, by name": {
      sql: "DELETE FROM marks WHERE post_id = 1;\nDELETE FROM alone WHERE id = 1;",
      finds: [],
    },
    "a parent dropped, not rebuilt": {
      sql: `${contract}-- d1:data-loss "a failed idea"\nDROP TABLE posts;`,
      finds: ["3 DL3 waived"],
    },
  },
  DL4: {
    "DELETE without WHERE": { sql: "DELETE FROM alone;", finds: ["1 DL4 error"] },
    "DELETE from a renamed table": {
      sql: `${contract}ALTER TABLE alone RENAME TO other;\nDELETE FROM other;`,
      finds: ["3 DL4 error"],
    },
    "DELETE from a table just rebuilt": {
      sql: `${rebuild("id, a, b", "SELECT id, a, b FROM alone")}\nDELETE FROM alone;`,
      finds: ["6 DL4 error"],
    },
    "DELETE with WHERE 1": { sql: "DELETE FROM alone WHERE 1;", finds: ["1 DL4 error"] },
    "DELETE WHERE 1 = 1": { sql: "DELETE FROM alone WHERE 1 = 1;", finds: ["1 DL4 error"] },
    "DELETE WHERE … OR true": { sql: "DELETE FROM alone WHERE id = 7 OR true;", finds: ["1 DL4 error"] },
    "DELETE WHERE id = id": { sql: "DELETE FROM alone WHERE id = id;", finds: ["1 DL4 error"] },
    "DELETE with a WHERE only in its subquery": {
      sql: "WITH x AS (SELECT id FROM users WHERE id = 1) DELETE FROM alone;",
      finds: ["1 DL4 error"],
    },
    "DELETE with LIMIT": { sql: "DELETE FROM alone LIMIT 3;", finds: ["1 DL4 error"] },
    "REPLACE, each": {
      sql: "REPLACE INTO alone (id) VALUES (1);\nINSERT OR REPLACE INTO alone (id) VALUES (2);",
      finds: ["1 DL4 error", "2 DL4 error"],
    },
    "REPLACE over many rows, one reason for the file, and for nothing else in it": {
      sql: '-- d1:replaces "the settings are what this file says"\nREPLACE INTO alone (id) VALUES (1);\nINSERT OR REPLACE INTO alone (id) VALUES (2);\nDELETE FROM alone;',
      finds: ["2 DL4 waived", "3 DL4 waived", "4 DL4 error"],
    },
    "DELETE by name": { sql: "DELETE FROM alone WHERE id = 7;", finds: [] },
    "DELETE of all, given up": {
      sql: '-- d1:data-loss "cache"\nDELETE FROM alone;',
      finds: ["2 DL4 waived"],
    },
    "UPDATE without WHERE": { sql: "UPDATE alone SET b = 1;", finds: ["1 DL4 error"] },
    "UPDATE of a column of the same file": {
      sql: "ALTER TABLE alone ADD COLUMN z TEXT;\nUPDATE alone SET z = a;",
      finds: [],
    },
    "UPDATE of a new and an old column": {
      sql: "ALTER TABLE alone ADD COLUMN z TEXT;\nUPDATE alone SET z = a, b = 1;",
      finds: ["2 DL4 error"],
    },
    "UPDATE, waived": {
      sql: '-- d1:allow DL4 "all are wrong"\nUPDATE alone SET b = 1;',
      finds: ["2 DL4 waived"],
    },
    "INSERT OR REPLACE": {
      sql: "INSERT OR REPLACE INTO alone (id, a, b) VALUES (1, 'a', 1);",
      finds: ["1 DL4 error"],
    },
    "an upsert": {
      sql: "INSERT INTO alone (id, a, b) VALUES (1, 'a', 1) ON CONFLICT (id) DO UPDATE SET a = 'a';",
      finds: [],
    },
    "INSERT into a table that replaces by itself": {
      sql: "INSERT INTO replacing (k) VALUES ('a');",
      finds: ["1 DL4 error"],
    },
    "a new table's rows": {
      sql: "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\nDELETE FROM t;",
      finds: [],
    },
  },
  DL5: {
    "a rebuild that keeps all": { sql: rebuild("id, a, b", "SELECT id, a, b FROM alone"), finds: [] },
    "a rebuild that copies by *": {
      sql: rebuild("", "SELECT * FROM alone").replace("new_alone ()", "new_alone"),
      finds: [],
    },
    "a rebuild without a column": {
      sql: rebuild("id, a", "SELECT id, a FROM alone", "id INTEGER PRIMARY KEY, a TEXT, UNIQUE (a)"),
      finds: ["1 DL5 error", "3 DL5 error"],
    },
    "a rebuild that forgets a column's values": {
      sql: rebuild("id, a", "SELECT id, a FROM alone"),
      finds: ["2 DL5 error"],
    },
    "a rebuild with a WHERE": {
      sql: rebuild("id, a, b", "SELECT id, a, b FROM alone WHERE b > 1"),
      finds: ["2 DL5 error"],
    },
    "a rebuild with a LIMIT, by REPLACE": {
      sql: rebuild("id, a, b", "SELECT id, a, b FROM alone LIMIT 10"),
      finds: ["2 DL5 error"],
    },
    "a rebuild that changes a type": {
      sql: rebuild(
        "id, a, b",
        "SELECT id, a, b FROM alone",
        "id INTEGER PRIMARY KEY, a INTEGER, b INTEGER CHECK (b > 0), UNIQUE (a)",
      ),
      finds: ["1 DL5 error"],
    },
    "the old table renamed aside first": {
      sql: "ALTER TABLE alone RENAME TO old_alone;\nCREATE TABLE alone (id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0), UNIQUE (a));\nINSERT INTO alone (id, a) SELECT id, a FROM old_alone;\nDROP TABLE old_alone;\nCREATE INDEX alone_b ON alone (b);",
      finds: ["3 DL5 error"],
    },
    "an index left behind": {
      sql: rebuild("id, a, b", "SELECT id, a, b FROM alone").replace(/CREATE INDEX.*/, ""),
      finds: ["3 DL5 error"],
    },
  },
  DD1: {
    "NOT NULL without default over rows": {
      sql: `${contract}ALTER TABLE users ADD COLUMN z TEXT NOT NULL;`,
      answer: true,
      finds: ["2 DD1 error"],
    },
    "NOT NULL without default over no rows": {
      sql: `${contract}ALTER TABLE users ADD COLUMN z TEXT NOT NULL;`,
      answer: false,
      finds: [],
    },
    "a default that is not constant": {
      sql: "ALTER TABLE users ADD COLUMN z TEXT DEFAULT CURRENT_TIMESTAMP;",
      answer: true,
      finds: ["1 DD1 error"],
    },
    "a default that is an expression": {
      sql: "ALTER TABLE users ADD COLUMN z TEXT DEFAULT (1 + 1);",
      answer: true,
      finds: ["1 DD1 error"],
    },
    "a reference with a default": {
      sql: "ALTER TABLE users ADD COLUMN z INTEGER DEFAULT 1 REFERENCES posts (id);",
      answer: true,
      finds: ["1 DD1 error"],
    },
    "a CHECK that the default breaks": {
      sql: "ALTER TABLE users ADD COLUMN z INTEGER DEFAULT 0 CHECK (z > 0);",
      answer: true,
      finds: ["1 DD1 error"],
    },
    "a column of a table whose CHECK made-up rows break": {
      sql: "ALTER TABLE strict ADD COLUMN z TEXT;",
      answer: true,
      finds: [],
    },
    "a nullable column": { sql: "ALTER TABLE users ADD COLUMN z TEXT;", answer: true, finds: [] },
    "NOT NULL on a table of the same file": {
      sql: "CREATE TABLE t (a);\nALTER TABLE t ADD COLUMN z TEXT NOT NULL;",
      answer: true,
      finds: [],
    },
  },
  DD2: {
    "a unique index over duplicates": {
      sql: `${contract}CREATE UNIQUE INDEX u ON users (email);`,
      answer: true,
      finds: ["2 DD2 error"],
    },
    "a unique index, nobody to ask": {
      sql: `${contract}CREATE UNIQUE INDEX u ON users (email);`,
      finds: ["2 DD2 warning"],
    },
    "a unique index over no duplicates": {
      sql: `${contract}CREATE UNIQUE INDEX u ON users (email, lower(nick)) WHERE age > 1;`,
      answer: false,
      finds: [],
    },
    "a unique index over a new column": {
      sql: "ALTER TABLE users ADD COLUMN z TEXT;\nCREATE UNIQUE INDEX u ON users (z);",
      answer: true,
      finds: [],
    },
    "a unique index over a new column that is the same for all": {
      sql: "ALTER TABLE users ADD COLUMN z TEXT DEFAULT 'x';\nCREATE UNIQUE INDEX u ON users (z);",
      answer: true,
      finds: ["2 DD2 warning"],
    },
    "NOCASE for a UNIQUE constraint": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, a, b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INTEGER CHECK (b > 0), UNIQUE (a)",
        ),
      answer: true,
      finds: ["2 DD2 error"],
    },
    "a UNIQUE constraint by a rebuild": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, a, b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0), UNIQUE (a), UNIQUE (b)",
        ),
      answer: true,
      finds: ["2 DD2 error"],
    },
  },
  DD3: {
    "NOT NULL by a rebuild": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, a, b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER CHECK (b > 0), UNIQUE (a)",
        ),
      answer: true,
      finds: ["2 DD3 error"],
    },
    "NOT NULL, filled in the copy": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, coalesce(a, ''), b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER CHECK (b > 0), UNIQUE (a)",
        ),
      answer: true,
      finds: [],
    },
    "CHECK by a rebuild": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, a, b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ''), b INTEGER CHECK (b > 0), UNIQUE (a)",
        ),
      answer: true,
      finds: ["2 DD3 error"],
    },
    "a foreign key by a rebuild": {
      sql:
        contract +
        rebuild(
          "id, a, b",
          "SELECT id, a, b FROM alone",
          "id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0) REFERENCES users (id), UNIQUE (a)",
        ),
      answer: true,
      finds: ["2 DD3 error"],
    },
  },
  BC1: {
    "a renamed column": { sql: "ALTER TABLE users RENAME COLUMN nick TO name;", finds: ["1 BC1 error"] },
    "a renamed column in contract": {
      sql: `${contract}ALTER TABLE users RENAME COLUMN nick TO name;`,
      finds: [],
    },
    "a renamed table": { sql: "ALTER TABLE alone RENAME TO single;", finds: ["1 BC1 error"] },
    "a dropped column": {
      sql: '-- d1:allow DL2 "x"\nALTER TABLE users DROP COLUMN age;',
      finds: ["2 BC1 error"],
    },
    "a dropped view": { sql: "DROP VIEW names;", finds: ["1 BC1 error"] },
    "a view made again as it was": {
      sql: "DROP VIEW names;\nCREATE VIEW names AS SELECT nick FROM users;",
      finds: [],
    },
    "a view with one more column": {
      sql: "DROP VIEW names;\nCREATE VIEW names AS SELECT nick, id FROM users;",
      finds: [],
    },
    "a view with other columns": {
      sql: "DROP VIEW names;\nCREATE VIEW names AS SELECT id FROM users;",
      finds: ["1 BC1 error"],
    },
    "a view without its trigger": {
      sql: "DROP VIEW written;\nCREATE VIEW written AS SELECT id FROM logged;",
      finds: ["1 BC1 error"],
    },
    "a unique index that is dropped": { sql: "DROP INDEX logged_key;", finds: ["1 BC1 error"] },
    "a unique index that is made again": {
      sql: "DROP INDEX logged_key;\nCREATE UNIQUE INDEX logged_key2 ON log (logged_id);",
      finds: [],
    },
    "a unique index over another expression": {
      sql: "CREATE UNIQUE INDEX u ON users (lower(email));\nCREATE UNIQUE INDEX w ON users (upper(nick));",
      finds: ["1 BC1 error", "2 BC1 error"],
    },
    "an index that is dropped": { sql: "DROP INDEX alone_b;", finds: [] },
    "a unique index over old columns": {
      sql: "CREATE UNIQUE INDEX u ON users (email);",
      finds: ["1 BC1 error"],
    },
    "a trigger that refuses writes": {
      sql: "CREATE TRIGGER r BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'no'); END;",
      finds: ["1 BC1 error"],
    },
    "a trigger that refuses nothing": {
      sql: "CREATE TRIGGER r AFTER INSERT ON users BEGIN INSERT INTO log VALUES (new.id); END;",
      finds: [],
    },
    "a new table, column, index": {
      sql: "CREATE TABLE t (a NOT NULL);\nALTER TABLE users ADD COLUMN z TEXT NOT NULL DEFAULT '';\nCREATE INDEX u ON users (z);",
      finds: [],
    },
    "a rename, waived": {
      sql: '-- d1:allow BC1 "no code reads it yet"\nALTER TABLE users RENAME COLUMN nick TO name;',
      finds: ["2 BC1 waived"],
    },
  },
  FK1: {
    "foreign_keys off": { sql: "PRAGMA foreign_keys = OFF;", finds: ["1 FK1 warning"] },
    "foreign_keys(0)": { sql: "PRAGMA foreign_keys(0);", finds: ["1 FK1 warning"] },
    "foreign_keys on": { sql: "PRAGMA foreign_keys = ON;", finds: [] },
    deferral: { sql: "PRAGMA defer_foreign_keys = ON;", finds: [] },
    "deferral ended": {
      sql: "PRAGMA defer_foreign_keys = ON;\nPRAGMA defer_foreign_keys = OFF;",
      finds: ["2 FK1 warning"],
    },
    "deferral ended after a check": {
      sql: "PRAGMA defer_foreign_keys = ON;\nSELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check) THEN '$' ELSE 'broken' END);\nPRAGMA defer_foreign_keys = OFF;",
      finds: [],
    },
    "checks ignored": { sql: "PRAGMA ignore_check_constraints = ON;", finds: ["1 FK1 error"] },
  },
  ID1: {
    "IF NOT EXISTS": { sql: "CREATE TABLE IF NOT EXISTS t (a);", finds: ["1 ID1 warning"] },
    "IF EXISTS": { sql: "DROP INDEX IF EXISTS nothing;", finds: ["1 ID1 warning"] },
    "OR IGNORE": {
      sql: "INSERT OR IGNORE INTO alone (id, a, b) VALUES (1, 'a', 1);",
      finds: ["1 ID1 warning"],
    },
    "a random value": {
      sql: "INSERT INTO alone (a, b) VALUES (hex(randomblob(8)), 1);",
      finds: ["1 ID1 warning"],
    },
    "the time of day": {
      sql: "UPDATE alone SET a = datetime('now') WHERE id = 1;",
      finds: ["1 ID1 warning"],
    },
    "CURRENT_TIMESTAMP as a value": {
      sql: "UPDATE alone SET a = CURRENT_TIMESTAMP WHERE id = 1;",
      finds: ["1 ID1 warning"],
    },
    "CURRENT_TIMESTAMP as a default": {
      sql: "CREATE TABLE t (a TEXT DEFAULT CURRENT_TIMESTAMP);",
      finds: [],
    },
    "a plain statement": { sql: "INSERT INTO alone (id, a, b) VALUES (1, 'a', 1);", finds: [] },
  },
  D1a: {
    "a trigger": {
      sql: "CREATE TRIGGER r AFTER INSERT ON users BEGIN SELECT 1; END;",
      finds: ["1 D1a info"],
    },
    "a trigger over /query": {
      sql: "-- d1:transport query\nCREATE TRIGGER r AFTER INSERT ON users BEGIN SELECT 1; END;",
      finds: ["2 D1a error"],
    },
    "no trigger": { sql: "CREATE TABLE t (a);", finds: [] },
  },
  D1b: {
    "a transaction": { sql: "BEGIN;", finds: ["1 D1b error"] },
    "a function that D1 lacks": { sql: "SELECT sqlite_version();", finds: ["1 D1b error"] },
    "a table that is not there": { sql: "INSERT INTO nowhere VALUES (1);", finds: ["1 D1b error"] },
    "a syntax error, overridden": {
      sql: '-- d1:override D1b "D1 is newer"\nFROB THE TABLE;',
      finds: ["2 D1b waived"],
    },
    "a statement of more than 100 KB": {
      sql: `INSERT INTO alone (a, b) VALUES ('${"x".repeat(100_001)}', 1);`,
      finds: ["1 D1b error"],
    },
    "a verification of a table that is not there": {
      sql: "SELECT 1;\n-- d1:verify x\n-- SELECT count(*) = 0 FROM nowhere\n",
      finds: ["2 D1b error"],
    },
    "a verification of two values": {
      sql: "SELECT 1;\n-- d1:verify x\n-- SELECT 1, 2\n",
      finds: ["2 D1b error"],
    },
    "a verification that is no question": {
      sql: "SELECT 1;\n-- d1:verify x\n-- WITH q AS (SELECT 1) DELETE FROM alone RETURNING 1\n",
      finds: ["2 D1b error"],
    },
    "a temporary table": { sql: "CREATE TEMP TABLE t (a);", finds: ["1 D1b error"] },
    "UPDATE with LIMIT, which D1 has": {
      sql: "UPDATE alone SET b = 1 WHERE id > 3 ORDER BY id LIMIT 2;",
      finds: [],
    },
    "what D1 does": { sql: "CREATE TABLE t (a);", finds: [] },
  },
  OP1: {
    "an index on a large table": {
      sql: "CREATE INDEX i ON users (age);",
      answer: true,
      finds: ["1 OP1 warning"],
    },
    "an index on a small table": { sql: "CREATE INDEX i ON users (age);", answer: false, finds: [] },
    "an index on a new table": {
      sql: "CREATE TABLE t (a);\nCREATE INDEX i ON t (a);",
      answer: true,
      finds: [],
    },
    "a rebuild of a large table": {
      sql: contract + rebuild("id, a, b", "SELECT id, a, b FROM alone"),
      answer: true,
      finds: ["2 OP1 warning", "6 OP1 warning"],
    },
    "an index on a large table, waived": {
      sql: '-- d1:allow OP1 "measured: 4 s"\nCREATE INDEX i ON users (age);',
      answer: true,
      finds: ["2 OP1 waived"],
    },
  },
  IX1: {
    "an index that goes": {
      sql: "DROP INDEX alone_b;",
      finds: ["1 IX1 warning"],
    },
    "an index of a small table": { sql: "DROP INDEX alone_b;", answer: false, finds: [] },
    "an index that goes from a contract, waived": {
      sql: `${contract}-- d1:allow IX1 "nothing asks by b"\nDROP INDEX alone_b;`,
      answer: true,
      finds: ["3 IX1 waived"],
    },
    "an index made again": {
      sql: "DROP INDEX alone_b;\nCREATE INDEX alone_b ON alone (b);",
      answer: true,
      finds: [],
    },
    "an index for which a longer one comes": {
      sql: "DROP INDEX alone_b;\nCREATE INDEX alone_by_both ON alone (b, a);",
      answer: true,
      finds: [],
    },
    "an index for which one in another order comes": {
      sql: "DROP INDEX alone_b;\nCREATE INDEX alone_by_both ON alone (a, b);",
      answer: true,
      finds: ["1 IX1 warning"],
    },
    "an index for which a partial one comes": {
      sql: "DROP INDEX alone_b;\nCREATE INDEX alone_some ON alone (b) WHERE b > 5;",
      answer: true,
      finds: ["1 IX1 warning"],
    },
    "an index for which one that compares otherwise comes": {
      sql: "DROP INDEX alone_b;\nCREATE INDEX alone_other ON alone (b COLLATE NOCASE);",
      answer: true,
      finds: ["1 IX1 warning"],
    },
    "an index of a table that goes with it": {
      sql: `${contract}DROP INDEX alone_b;\n-- d1:data-loss "test rows"\nDROP TABLE alone;`,
      answer: true,
      finds: [],
    },
    "an index of a new table": {
      sql: "CREATE TABLE t (a);\nCREATE INDEX i ON t (a);\nDROP INDEX i;",
      answer: true,
      finds: [],
    },
  },
  IX2: {
    "a foreign key that is new": {
      sql: "ALTER TABLE log ADD COLUMN by INTEGER REFERENCES users (id);",
      answer: true,
      finds: ["1 IX2 warning"],
    },
    "with its index": {
      sql: "ALTER TABLE log ADD COLUMN by INTEGER REFERENCES users (id);\nCREATE INDEX log_by_by ON log (by);",
      answer: true,
      finds: [],
    },
    "without anybody to ask": {
      sql: "ALTER TABLE log ADD COLUMN by INTEGER REFERENCES users (id);",
      finds: [],
    },
    "one that was without an index before": {
      sql: "ALTER TABLE posts ADD COLUMN at TEXT;",
      answer: true,
      finds: [],
    },
    "in a new table": {
      sql: "CREATE TABLE t (id INTEGER PRIMARY KEY, by INTEGER REFERENCES users (id));",
      answer: true,
      finds: [],
    },
    "one whose index goes": {
      sql: "CREATE INDEX posts_by_user ON posts (user_id);\nDROP INDEX posts_by_user;",
      answer: true,
      finds: [],
    },
  },
  IX3: {
    "what a UNIQUE constraint has": {
      sql: "CREATE INDEX alone_a ON alone (a);",
      answer: true,
      finds: ["1 IX3 warning"],
    },
    "what another index has": {
      sql: "CREATE INDEX again ON alone (b);",
      answer: true,
      finds: ["1 IX3 warning"],
    },
    "twice in one file": {
      sql: "CREATE INDEX one ON users (age);\nCREATE INDEX two ON users (age);",
      answer: true,
      finds: ["2 IX3 warning"],
    },
    "from the largest down": { sql: "CREATE INDEX down ON alone (b DESC);", answer: true, finds: [] },
    "compared otherwise": { sql: "CREATE INDEX n ON alone (a COLLATE NOCASE);", answer: true, finds: [] },
    "some rows": { sql: "CREATE INDEX some ON alone (b) WHERE b > 5;", answer: true, finds: [] },
    "an expression": { sql: "CREATE INDEX l ON alone (lower(a));", answer: true, finds: [] },
    "a longer one": { sql: "CREATE INDEX longer ON alone (b, a);", answer: true, finds: [] },
    "for the constraint's sake": {
      sql: "CREATE UNIQUE INDEX sure ON alone (b);",
      answer: true,
      finds: [],
    },
    "of a small table": { sql: "CREATE INDEX again ON alone (b);", answer: false, finds: [] },
  },
  NM1: {
    "the ledger": { sql: "DELETE FROM d1_migrations WHERE id = 1;", finds: ["1 NM1 error"] },
    "the log, quoted": { sql: 'INSERT INTO "_MIG_LOG" (name) VALUES (1);', finds: ["1 NM1 error"] },
    "a string that says so": { sql: "INSERT INTO alone (a, b) VALUES ('d1_migrations', 1);", finds: [] },
  },
};

function rebuild(
  columns: string,
  select: string,
  definition = "id INTEGER PRIMARY KEY, a TEXT, b INTEGER CHECK (b > 0), UNIQUE (a)",
): string {
  return `CREATE TABLE new_alone (${definition});
INSERT INTO new_alone (${columns}) ${select};
DROP TABLE alone;
ALTER TABLE new_alone RENAME TO alone;
CREATE INDEX alone_b ON alone (${/\bb INT/.test(definition) ? "b" : "id"});`;
}

for (const [code, ofCode] of Object.entries(cases)) {
  for (const [name, { sql, answer, finds }] of Object.entries(ofCode)) {
    test(`${code}: ${name} → ${finds.length === 0 ? "nothing" : finds.join(", ")}`, () => {
      expect(said(linted(sql, answer).findings.filter((finding) => finding.code === code))).toEqual(finds);
    });
  }
}

test("every rule has cases that it finds, and cases that it passes", () => {
  for (const { code } of rules) {
    const all = Object.values(cases[code] ?? {});
    expect([
      code,
      all.some(({ finds }) => finds.length > 0),
      all.some(({ finds }) => finds.length === 0),
    ]).toEqual([code, true, true]);
  }
});

test("every finding says what to do, at a line of the file", () => {
  for (const { sql, answer } of Object.values(cases).flatMap((ofCode) => Object.values(ofCode))) {
    for (const finding of linted(sql, answer).findings) {
      expect(finding.fix).not.toBe("");
      expect(finding.line).toBeGreaterThan(0);
    }
  }
});

test("a waiver that meets nothing is told, and a waiver for a rebuild's cascade does not help", () => {
  expect(said(linted('-- d1:allow DL1 "x"\nCREATE TABLE t (a);').findings)).toEqual(["1 WV1 warning"]);
  expect(said(linted('-- d1:replaces "x"\nCREATE TABLE t (a);').findings)).toEqual(["1 WV1 warning"]);
  const cascade =
    linted(`CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT, nick TEXT NOT NULL DEFAULT 'x', age INTEGER);
INSERT INTO new_users SELECT id, email, nick, age FROM users;
-- d1:allow DL3 "I know"
-- d1:data-loss "I know"
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;`);
  const refused = cascade.findings.filter(({ code, waived }) => code === "DL3" && waived === undefined);
  expect(refused.map(({ line }) => line)).toEqual([5, 5]);
  expect(refused[0]?.fix).toContain('CREATE TABLE "posts__new"');
});

test("a waived DROP TABLE checks that the table is empty; a data loss that is said checks nothing", () => {
  expect(linted(`${contract}-- d1:allow DL1 "x"\nDROP TABLE alone;`).preconditions).toEqual([
    { label: "DL1: alone is not empty", condition: 'NOT EXISTS (SELECT 1 FROM "alone")' },
  ]);
  expect(linted(`${contract}-- d1:data-loss "x"\nDROP TABLE alone;`).preconditions).toEqual([]);
});

test("a rebuild gets a check that no row was lost, right before the old table goes", () => {
  const { statements } = linted(contract + rebuild("id, a, b", "SELECT id, a, b FROM alone"));
  expect(statements[2]).toContain("the rebuild of alone would lose rows");
  expect(statements[3]).toBe("DROP TABLE alone");
});

const view = "CREATE VIEW v AS SELECT id FROM users;\n";
const fitting: readonly (readonly [string, string, RegExp])[] = [
  ["a view dropped as a table", `${view}DROP TABLE v;`, /DROP VIEW v$/],
  ["a table dropped as a view", "DROP VIEW alone;", /DROP TABLE alone$/],
  ["a view written to", `${view}INSERT INTO v (id) VALUES (1);`, /write to the table that v reads from/],
  ["a column added to a view", `${view}ALTER TABLE v ADD COLUMN a TEXT;`, /DROP VIEW, then CREATE VIEW/],
  ["a column dropped from a view", `${view}ALTER TABLE v DROP COLUMN id;`, /DROP VIEW, then CREATE VIEW/],
  ["an index on a view", `${view}CREATE INDEX i ON v (id);`, /index the table/],
  ["a STORED column", "ALTER TABLE alone ADD COLUMN s TEXT AS (a) STORED;", /make it VIRTUAL/],
  [
    "a statement before the table",
    "INSERT INTO later VALUES (1);\nCREATE TABLE later (a);",
    /line 2 makes later: put this statement behind it/,
  ],
];

for (const [name, sql, fix] of fitting)
  test(`${name} is told a repair that fits`, () => {
    const found = linted(sql).findings.filter(({ code }) => code === "D1b" || code === "DD1");
    expect(found.map((finding) => finding.fix).join("\n")).toMatch(fix);
  });
