import { expect, test } from "vitest";
import { notSingleSelect } from "./single-select.ts";

test.each([
  "SELECT 1",
  "select count(*) from t where note = 'DELETE FROM t; --' -- and more",
  'WITH a AS (SELECT 1 AS n) SELECT replace(n, 1, 2), "delete", t.replace FROM a;',
  "/* INSERT */ SELECT (SELECT max(at) FROM t) AS n",
])("%s is one SELECT", (sql) => {
  expect(notSingleSelect(sql)).toBeUndefined();
});

test.each([
  ["", "no statement"],
  ["-- nothing", "no statement"],
  ["SELECT 1; SELECT 2", "2 statements"],
  ["SELECT 1; DROP TABLE t", "2 statements"],
  ["DELETE FROM t RETURNING 1 AS n", "a statement that begins with DELETE"],
  ["EXPLAIN SELECT 1", "a statement that begins with EXPLAIN"],
  ["PRAGMA user_version = 3", "a statement that begins with PRAGMA"],
  ["VALUES (1)", "a statement that begins with VALUES"],
  ["WITH a AS (SELECT 1) DELETE FROM t", "a statement with DELETE"],
  ["WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a RETURNING n", "a statement with INSERT"],
  ["WITH a AS (SELECT 1) REPLACE INTO t VALUES (1)", "a statement with REPLACE"],
  ["WITH a AS (SELECT 1) UPDATE t SET n = 1", "a statement with UPDATE"],
  ["SELECT 'never ends", /never ends/],
])("%s is none", (sql, why) => {
  expect(notSingleSelect(sql)).toMatch(why);
});
