import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseSql } from "./normalise-sql.js";

test("literals, comments and white space make no difference; names and parameters do", () => {
  const same = [
    "SELECT a, \"b c\" FROM t WHERE x = 'it''s' AND y > 1.5e3 AND z = x'00' LIMIT 10;",
    "SELECT a,  \"b c\"\n\tFROM t /* why */ WHERE x = 'no' AND y > 0x1F AND z = X'' LIMIT 1 -- end\n;",
  ];
  for (const sql of same)
    expect(normaliseSql(sql).sql).toBe('SELECT a, "b c" FROM t WHERE x = ? AND y > ? AND z = ? LIMIT ?');
  expect(normaliseSql("SELECT t1.a2, [x 1], `y`, ?1, ?, :n, @m, $p FROM t1").sql).toBe(
    "SELECT t1.a2, [x 1], `y`, ?1, ?, :n, @m, $p FROM t1",
  );
});

test("text that ends too early is no reason to fail", () => {
  for (const sql of ["", "'", '"a', "/*", "--", "[", "`", "SELECT 'a", "1e", ".5", "x'"])
    expect(() => normaliseSql(sql)).not.toThrow();
});

test("what is called read-only writes nothing", () => {
  const reads = [
    "SELECT 1",
    " -- c\n select 1",
    "EXPLAIN DELETE FROM t",
    "VALUES (1)",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "PRAGMA table_info(t)",
  ];
  for (const sql of reads) expect({ text: sql, ...normaliseSql(sql) }).toMatchObject({ readOnly: true });
  const writes = [
    "INSERT INTO t VALUES (1)",
    "WITH x AS (SELECT 1) DELETE FROM t",
    "PRAGMA optimize",
    "PRAGMA defer_foreign_keys = ON",
    "SELECT 1; DELETE FROM t",
    "CREATE TABLE t(a)",
    "REPLACE INTO t VALUES (1)",
    "",
    "ANALYZE",
  ];
  for (const sql of writes) expect({ text: sql, ...normaliseSql(sql) }).toMatchObject({ readOnly: false });
});

test("a normalised statement is still the same statement to SQLite", () => {
  const database = new DatabaseSync(":memory:");
  database.exec('CREATE TABLE t(a, "b c", d)');
  const literal = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => String(Math.abs(n))),
    fc.string().map((s) => `'${s.replaceAll("'", "''").replaceAll("\0", "")}'`),
  );
  const blank = fc.constantFrom(" ", "\n", "\t ", " /* 'x' */ ", ' -- "y\n');
  const query = fc
    .tuple(literal, literal, blank, blank)
    .map(([x, y, s, u]) => `SELECT${s}a, "b c"${u}FROM t WHERE a =${s}${x} AND d IN (${y},${u}1)`);
  fc.assert(
    fc.property(query, (sql) => {
      database.prepare(sql);
      const { sql: normalised } = normaliseSql(sql);
      database.prepare(normalised);
      expect(normalised).toMatch(/^SELECT a, "b c" FROM t WHERE a = -?\? AND d IN \(-?\?, ?\?\)$/);
    }),
    { numRuns: 300 },
  );
});
