/** One statement, and whether D1 takes it. */
export interface Case {
  readonly sql: string;
  /** Statements before it in the same request, which are all taken. */
  readonly after: readonly string[];
  readonly allowed: boolean;
}

const cases = (allowed: boolean, after: readonly string[], statements: readonly string[]): readonly Case[] =>
  statements.map((sql) => ({ sql, after, allowed }));
const allowed = (after: readonly string[], ...statements: readonly string[]): readonly Case[] =>
  cases(true, after, statements);
const refused = (after: readonly string[], ...statements: readonly string[]): readonly Case[] =>
  cases(false, after, statements);

const nothing: readonly string[] = [];
const table = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
  "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2)",
];
const family = [
  "CREATE TABLE p (id INTEGER PRIMARY KEY)",
  "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))",
  "INSERT INTO p VALUES (1)",
  "INSERT INTO c VALUES (1, 1)",
];

const times = (n: number, each: (i: number) => string, between: string): string =>
  Array.from({ length: n }, (_, i) => each(i)).join(between);
const wideTable = (columns: number): string => `CREATE TABLE wide (${times(columns, (i) => `c${i}`, ", ")})`;
const sumOf = (terms: number): string => `SELECT ${times(terms, () => "1", " + ")}`;
const parameters = (count: number): string => `SELECT ${times(count, (i) => `?${i + 1}`, ", ")}`;
const jsonArray = (items: number): string => `SELECT json_array(${times(items, () => "1", ", ")})`;
const text = (bytes: number): string => `SELECT '${"x".repeat(bytes)}'`;

/** Statements that lie along every border of what D1 allows. */
export const statements: readonly Case[] = [
  ...refused(
    nothing,
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "RELEASE s",
    "VACUUM",
    "VACUUM INTO 'x'",
  ),
  ...refused(
    nothing,
    "ATTACH ':memory:' AS x",
    "DETACH main",
    "CREATE TEMP TABLE t (a)",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE TABLE temp.t (a)",
  ),
  ...allowed(
    nothing,
    "PRAGMA foreign_keys",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA foreign_keys = 'on'",
    "PRAGMA defer_foreign_keys = ON",
  ),
  ...refused(nothing, "PRAGMA foreign_keys = maybe"),
  ...allowed(
    nothing,
    "PRAGMA ignore_check_constraints = 1",
    "PRAGMA legacy_alter_table = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA case_sensitive_like = ON",
  ),
  ...refused(
    nothing,
    "PRAGMA user_version",
    "PRAGMA user_version = 3",
    "PRAGMA schema_version",
    "PRAGMA integrity_check",
    "PRAGMA journal_mode",
    "PRAGMA writable_schema = ON",
  ),
  ...allowed(
    nothing,
    "PRAGMA data_version",
    "PRAGMA table_list",
    "PRAGMA quick_check",
    "PRAGMA quick_check(3)",
    "PRAGMA optimize",
  ),
  ...refused(nothing, "PRAGMA page_size", "PRAGMA page_size = 512", "PRAGMA cache_size", "PRAGMA encoding"),
  ...allowed(
    table,
    "PRAGMA table_info(t)",
    "PRAGMA table_xinfo(t)",
    "PRAGMA index_list(t)",
    "PRAGMA foreign_key_list(t)",
    "PRAGMA foreign_key_check",
    "PRAGMA foreign_key_check(t)",
  ),
  ...refused(table, "PRAGMA index_list(_cf_x)"),
  ...refused(
    table,
    "CREATE TABLE _cf_x (a)",
    "CREATE TABLE _CF_x (a)",
    "CREATE INDEX _cf_i ON t (a)",
    "CREATE VIEW _cf_v AS SELECT 1",
    "SELECT * FROM _cf_METADATA",
  ),
  ...allowed(
    nothing,
    "CREATE VIRTUAL TABLE f USING fts5 (x)",
    "CREATE VIRTUAL TABLE f USING fts5vocab (g, 'row')",
  ),
  ...refused(
    nothing,
    "CREATE VIRTUAL TABLE f USING fts4 (x)",
    "CREATE VIRTUAL TABLE f USING rtree (id, a, b)",
    "CREATE VIRTUAL TABLE f USING dbstat",
  ),
  ...allowed(nothing, "SELECT iif(1, 2, 3)"),
  ...refused(
    nothing,
    "SELECT sqlite_version()",
    "SELECT sqlite_source_id()",
    "SELECT load_extension('x')",
    "SELECT json_pretty('{}')",
    "SELECT json_error_position('{}')",
    "SELECT unistr('a')",
    "SELECT if(1, 2, 3)",
    "SELECT iif(1, 2)",
  ),
  ...allowed(
    nothing,
    "SELECT concat('a', 'b')",
    "SELECT string_agg('a', ',')",
    "SELECT octet_length('ä')",
    "SELECT timediff('2024-01-01', '2023-01-01')",
    "SELECT jsonb('[1]')",
    "SELECT log2(8), pi()",
    "SELECT unhex('41')",
    "SELECT randomblob(2)",
    "SELECT last_insert_rowid(), changes(), total_changes()",
    "SELECT likelihood(1, 0.5)",
  ),
  ...refused(
    nothing,
    "SELECT json_array_insert('[1]', '$[0]', 2)",
    "SELECT median(1)",
    "SELECT percentile(1, 50)",
    "SELECT soundex('x')",
    "SELECT sqlite_compileoption_used('x')",
  ),
  ...allowed(
    table,
    "ALTER TABLE t ADD COLUMN c TEXT",
    "ALTER TABLE t DROP COLUMN a",
    "ALTER TABLE t RENAME COLUMN a TO z",
    "ALTER TABLE t RENAME TO u",
  ),
  ...refused(
    table,
    "ALTER TABLE t RENAME TO _cf_u",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0)",
    "ALTER TABLE t ADD COLUMN c NOT NULL",
    "ALTER TABLE t ADD COLUMN c DEFAULT CURRENT_TIMESTAMP",
    "ALTER TABLE t ADD COLUMN c AS (b + 1) STORED",
    "ALTER TABLE t ADD COLUMN c CHECK (b > 1)",
  ),
  ...allowed(
    table,
    "UPDATE t SET b = 1 LIMIT 1",
    "DELETE FROM t ORDER BY id LIMIT 1",
    "UPDATE t SET b = 1 RETURNING id",
    "INSERT INTO t (a) VALUES ('z') RETURNING *",
    "UPDATE t SET b = 2 FROM (SELECT 1) AS s",
    "REINDEX",
    "REINDEX t",
    "ANALYZE",
    "ANALYZE t",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT * FROM t",
  ),
  ...refused(table, `DELETE FROM t WHERE a LIKE '${"x".repeat(51)}'`),
  ...allowed(family, "INSERT OR REPLACE INTO p VALUES (1)"),
  ...refused(family, "DELETE FROM p", "DROP TABLE p", "INSERT INTO c VALUES (2, 77)", "UPDATE p SET id = 9"),
  ...allowed(nothing, "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5"),
  ...refused(nothing, "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6"),
  ...allowed(nothing, wideTable(100), sumOf(99), jsonArray(127), text(99_000)),
  ...refused(
    nothing,
    wideTable(101),
    sumOf(101),
    parameters(100),
    parameters(101),
    jsonArray(128),
    text(100_001),
  ),
  ...allowed(
    nothing,
    "CREATE TABLE s (a INTEGER) STRICT",
    "CREATE TABLE s (a PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE g (a, b AS (a + 1))",
    'CREATE TABLE d (a DEFAULT "text")',
    'SELECT "no such name"',
    "SELECT 1_000",
  ),
  ...refused(
    nothing,
    "CREATE TABLE s (a) STRICT",
    "SELECT x'zz'",
    "SELECT '\u0000'",
    "CREATE TABLE sqlite_x (a)",
    "INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)",
    "DELETE FROM sqlite_schema",
  ),
  ...allowed(
    table,
    "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE VIEW v AS SELECT * FROM nowhere",
    "CREATE INDEX i ON t (lower(a)) WHERE b > 1",
  ),
  ...refused(
    table,
    "CREATE TRIGGER r INSTEAD OF INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER r AFTER INSERT ON t begin DELETE FROM t; end",
    "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; END",
    "CREATE TRIGGER r AFTER INSERT ON nowhere BEGIN SELECT 1; END",
    "CREATE INDEX i ON t (random())",
    "CREATE UNIQUE INDEX i ON t (length(a))",
  ),
  ...allowed(
    nothing,
    "SELECT 1; -- tail",
    "SELECT 1; SELECT 2",
    "-- only a comment",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
  ),
  ...refused(nothing, "SELECT 1 -- tail", "SELEC 1", "SELECT * FROM nowhere"),
];
