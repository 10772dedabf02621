import fc from "fast-check";
import { expect, test } from "vitest";
import { openShadow, preparedPieces } from "../shadow/shadow.ts";
import { split } from "./split.ts";

const cases: Readonly<Record<string, { readonly sql: string; readonly pieces: number }>> = {
  "two statements": { sql: "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\n", pieces: 2 },
  "no final semicolon": { sql: "CREATE TABLE t (a);\nINSERT INTO t VALUES (1)", pieces: 2 },
  "a semicolon in a string": {
    sql: "CREATE TABLE t (a DEFAULT ';');INSERT INTO t VALUES ('x;''y;');",
    pieces: 2,
  },
  "semicolons in names": {
    sql: 'CREATE TABLE "a;b" ([c;d], `e;f`);INSERT INTO "a;b" VALUES (1, 2);',
    pieces: 2,
  },
  "semicolons in comments": { sql: "-- a; b\nCREATE TABLE t (a /* ; */, b -- ;'\n);/* ; */", pieces: 1 },
  "empty statements": { sql: ";;;CREATE TABLE t (a);;\n;", pieces: 1 },
  "only comments": { sql: "-- nothing\n/* at all */\n", pieces: 0 },
  "nothing at all": { sql: "", pieces: 0 },
  "a trigger with CASE … END": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t WHERE a = ';END;'; END;SELECT 1;",
    pieces: 3,
  },
  "a trigger with nested CASE": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN CASE WHEN 2 THEN 3 END ELSE 4 END; END;SELECT 1",
    pieces: 3,
  },
  "a trigger in lower case": {
    sql: "create table t (a);\ncreate trigger r after insert on t\nbegin\n  delete from t;\nend;\nselect 1;",
    pieces: 3,
  },
  "a trigger with comments": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER IF NOT EXISTS r AFTER INSERT ON t BEGIN -- ; END;\n DELETE FROM t; /* END; */ END; SELECT 1;",
    pieces: 3,
  },
  "a trigger without final semicolon": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
    pieces: 2,
  },
  "a trigger with WHEN": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER r AFTER INSERT ON t WHEN new.a > 1 BEGIN UPDATE t SET a = 2; END;SELECT 1;",
    pieces: 3,
  },
  "two triggers": {
    sql: "CREATE TABLE t (a);CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END;CREATE TRIGGER s AFTER DELETE ON t BEGIN SELECT 1; SELECT 2; END;",
    pieces: 3,
  },
  "columns called end and begin": {
    sql: 'CREATE TABLE t ("end", "begin");SELECT CASE "end" WHEN 1 THEN 2 END FROM t;',
    pieces: 2,
  },
  "a table called trigger_x": {
    sql: 'CREATE TABLE trigger_x (a);CREATE INDEX "trigger" ON trigger_x (a);SELECT 1;',
    pieces: 3,
  },
  "a view with CASE": {
    sql: "CREATE VIEW v AS SELECT CASE WHEN 1 THEN 2 END AS x;CREATE TABLE t (a);",
    pieces: 2,
  },
  "names beyond ASCII": {
    sql: "CREATE TABLE größe (größe);INSERT INTO größe VALUES ('größe; 🙂');",
    pieces: 2,
  },
  "a blob": { sql: "CREATE TABLE t (a);INSERT INTO t VALUES (x'3b'), ('-- no'), ('/* no */');", pieces: 2 },
  "an arrow and minuses": { sql: "SELECT '{}' -> '$', 1 - -1;SELECT 2;", pieces: 2 },
  "a parameter": { sql: "SELECT :a, @b, $c, ?1;SELECT 1;", pieces: 2 },
};

for (const [name, { sql, pieces }] of Object.entries(cases)) {
  test(`splits as SQLite's own parser does: ${name}`, () => {
    const ours = split(sql).pieces;
    expect(ours).toHaveLength(pieces);
    agree(sql);
  });
}

/** Ours are trimmed: each must lie in SQLite's piece, leave only blanks and comments outside, and end where it ends. */
function agree(sql: string): void {
  const shadow = openShadow();
  try {
    const theirs = preparedPieces(shadow, sql);
    const ours = split(sql).pieces;
    expect(ours.map((piece) => piece.end)).toEqual(theirs.map((piece) => piece.end));
    for (const [i, piece] of ours.entries()) {
      const their = theirs[i];
      expect(piece.start).toBeGreaterThanOrEqual(their?.start ?? -1);
      expect(split(sql.slice(their?.start, piece.start)).pieces).toEqual([]);
    }
  } finally {
    shadow.close();
  }
}

test("lines and text of a piece are right, comments around it are not part of it", () => {
  const { pieces, comments } = split("-- head\n\nSELECT 1 -- tail\n;\n/* b */ SELECT\n2; -- end\n");
  expect(pieces.map(({ sql, line }) => ({ sql, line }))).toEqual([
    { sql: "SELECT 1", line: 3 },
    { sql: "SELECT\n2", line: 5 },
  ]);
  expect(comments.map(({ text, line, alone }) => ({ text, line, alone }))).toEqual([
    { text: "head", line: 1, alone: true },
    { text: "tail", line: 3, alone: false },
    { text: "end", line: 6, alone: false },
  ]);
});

for (const [text, what] of [
  ["SELECT 1;\n/* open", "a block comment"],
  ["SELECT 'open", "a string"],
  ['SELECT "open', "a quoted name"],
  ["SELECT [open", "a name in brackets"],
] as const) {
  test(`says where ${what} never ends`, () => {
    expect(split(text).unterminated?.what).toBe(what);
  });
}

test("any mix of statements, comments and blanks splits as SQLite splits it", () => {
  const statement = fc.constantFrom(
    "SELECT 1",
    "SELECT ';'",
    'SELECT ";" AS "x;"',
    "CREATE TABLE IF NOT EXISTS t (a)",
    "INSERT INTO t0 VALUES ('a;b')",
    "CREATE TRIGGER IF NOT EXISTS r AFTER INSERT ON t0 BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t0; END",
    "EXPLAIN SELECT 1",
  );
  const between = fc.constantFrom("", " ", "\n", "-- c; 'x\n", "/* ; END; */", ";", "\t;\n");
  fc.assert(
    fc.property(fc.array(fc.tuple(between, statement, between), { maxLength: 8 }), (parts) => {
      agree(
        `CREATE TABLE t0 (a);${parts.map(([before, sql, after]) => `${before}${sql}${after};`).join("")}`,
      );
    }),
    { numRuns: 200 },
  );
});

test("a file of 1 MB takes next to no processor time, also on one line", () => {
  const sql = `INSERT INTO t VALUES (${"'x',".repeat(200_000)} 1);`.repeat(2);
  const cpu = process.cpuUsage();
  expect(split(sql).pieces).toHaveLength(2);
  expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(2_000);
});
