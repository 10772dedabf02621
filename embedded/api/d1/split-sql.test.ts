import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitSql } from "./split-sql.ts";

const nasty = [
  "CREATE TABLE t(a DEFAULT ';' /* ; */, \"b;c\" -- ;\n); INSERT INTO t VALUES ('it''s;', 2);",
  "CREATE TABLE t(a); CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN a = 1 THEN ';' ELSE a END; DELETE FROM t WHERE a = 'END;'; END; INSERT INTO t VALUES (1)",
  'CREATE TABLE t("end", [a;b]); CREATE TEMP TRIGGER x AFTER INSERT ON t begin select 1; end ; INSERT INTO t VALUES (1, 2);',
  "CREATE TABLE t(a);\r\nCREATE TRIGGER x AFTER INSERT ON t\r\nBEGIN\r\n  DELETE FROM t;\r\nEND;\r\nINSERT INTO t VALUES (1);\r\n",
  ";;CREATE TABLE t(a);;; -- nothing\n/* more; nothing */",
  "EXPLAIN CREATE TRIGGER x AFTER INSERT ON sqlite_schema BEGIN SELECT 1; END; CREATE TABLE t(a);",
  "CREATE TABLE t(a); INSERT INTO t VALUES ('ä;ß'), (x'00'); SELECT `a;b` FROM (SELECT 1 AS `a;b`)",
];

const dump = (database: DatabaseSync): unknown => [
  database.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all(),
  database.prepare("SELECT * FROM t").all(),
];

test.each(nasty.map((sql) => [sql]))("separates as SQLite itself does: %j", (sql) => {
  const whole = new DatabaseSync(":memory:");
  let failure = "";
  try {
    whole.exec(sql);
  } catch (error) {
    failure = String(error);
  }
  const apart = new DatabaseSync(":memory:");
  let second = "";
  for (const statement of splitSql(sql)) {
    try {
      apart.exec(statement);
    } catch (error) {
      second = String(error);
      break;
    }
  }
  expect(second).toBe(failure);
  if (failure === "") expect(dump(apart)).toEqual(dump(whole));
});

test("loses no character of any statement, whatever it is given", () => {
  const piece = fc.constantFrom(
    ";",
    "'",
    '"',
    "`",
    "[",
    "]",
    "--",
    "\n",
    "/*",
    "*/",
    "create",
    " trigger ",
    "END",
    "temp",
    "explain",
    " ",
    "x",
    "''",
    "a1",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const sql = pieces.join("");
      const statements = splitSql(sql);
      let at = 0;
      for (const statement of statements) {
        const found = sql.indexOf(statement, at);
        expect(found).toBeGreaterThanOrEqual(at);
        at = found + statement.length;
      }
    }),
    { numRuns: 2000 },
  );
});

test("a megabyte of statements is separated in a moment", () => {
  const sql = "INSERT INTO t VALUES (1, 'some text; with a semicolon'); -- note\n".repeat(16_000);
  expect(splitSql(sql)).toHaveLength(16_000);
});
