/** One statement on which the shadow and D1's engine are compared. */
export interface Probe {
  readonly sql: string;
  /** Statements before it, which both accept. */
  readonly after?: readonly string[];
}

const one = (sql: string): Probe => ({ sql });
const schema = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
  "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2)",
];
const on = (sql: string): Probe => ({ sql, after: schema });
const family = [
  "CREATE TABLE p (id INTEGER PRIMARY KEY)",
  "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id))",
  "INSERT INTO p VALUES (1)",
  "INSERT INTO c VALUES (1, 1)",
];
const kin = (sql: string): Probe => ({ sql, after: family });

/** Statements that lie along every border of what D1 allows. */
export const probes: readonly Probe[] = [
  ...[
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "RELEASE s",
    "VACUUM",
    "VACUUM INTO 'x'",
  ].map(one),
  ...[
    "ATTACH ':memory:' AS x",
    "DETACH main",
    "CREATE TEMP TABLE t (a)",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE TABLE temp.t (a)",
  ].map(one),
  ...[
    "PRAGMA foreign_keys",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA foreign_keys = 'on'",
    "PRAGMA foreign_keys = maybe",
    "PRAGMA defer_foreign_keys = ON",
  ].map(one),
  ...[
    "PRAGMA ignore_check_constraints = 1",
    "PRAGMA legacy_alter_table = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA case_sensitive_like = ON",
  ].map(one),
  ...[
    "PRAGMA user_version",
    "PRAGMA user_version = 3",
    "PRAGMA schema_version",
    "PRAGMA integrity_check",
    "PRAGMA journal_mode",
    "PRAGMA writable_schema = ON",
  ].map(one),
  ...[
    "PRAGMA page_size",
    "PRAGMA page_size = 512",
    "PRAGMA data_version",
    "PRAGMA cache_size",
    "PRAGMA encoding",
    "PRAGMA table_list",
    "PRAGMA quick_check",
    "PRAGMA quick_check(3)",
    "PRAGMA optimize",
  ].map(one),
  ...[
    "PRAGMA table_info(t)",
    "PRAGMA table_xinfo(t)",
    "PRAGMA index_list(t)",
    "PRAGMA foreign_key_list(t)",
    "PRAGMA foreign_key_check",
    "PRAGMA foreign_key_check(t)",
    "PRAGMA index_list(_cf_x)",
  ].map(on),
  ...[
    "CREATE TABLE _cf_x (a)",
    "CREATE TABLE _CF_x (a)",
    "CREATE INDEX _cf_i ON t (a)",
    "CREATE VIEW _cf_v AS SELECT 1",
    "SELECT * FROM _cf_METADATA",
  ].map(on),
  ...[
    "CREATE VIRTUAL TABLE f USING fts5 (x)",
    "CREATE VIRTUAL TABLE f USING fts4 (x)",
    "CREATE VIRTUAL TABLE f USING rtree (id, a, b)",
    "CREATE VIRTUAL TABLE f USING dbstat",
    "CREATE VIRTUAL TABLE f USING fts5vocab (g, 'row')",
  ].map(one),
  ...[
    "SELECT sqlite_version()",
    "SELECT sqlite_source_id()",
    "SELECT load_extension('x')",
    "SELECT json_pretty('{}')",
    "SELECT json_error_position('{}')",
    "SELECT unistr('a')",
    "SELECT if(1, 2, 3)",
    "SELECT iif(1, 2, 3)",
    "SELECT iif(1, 2)",
  ].map(one),
  ...[
    "SELECT concat('a', 'b')",
    "SELECT string_agg('a', ',')",
    "SELECT octet_length('ä')",
    "SELECT timediff('2024-01-01', '2023-01-01')",
    "SELECT jsonb('[1]')",
    "SELECT json_array_insert('[1]', '$[0]', 2)",
    "SELECT median(1)",
    "SELECT percentile(1, 50)",
    "SELECT log2(8), pi()",
    "SELECT soundex('x')",
    "SELECT unhex('41')",
    "SELECT randomblob(2)",
    "SELECT last_insert_rowid(), changes(), total_changes()",
    "SELECT sqlite_compileoption_used('x')",
    "SELECT likelihood(1, 0.5)",
  ].map(one),
  ...[
    "ALTER TABLE t ADD COLUMN c TEXT",
    "ALTER TABLE t DROP COLUMN a",
    "ALTER TABLE t RENAME COLUMN a TO z",
    "ALTER TABLE t RENAME TO u",
    "ALTER TABLE t RENAME TO _cf_u",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (b > 0)",
    "ALTER TABLE t ADD COLUMN c NOT NULL",
    "ALTER TABLE t ADD COLUMN c DEFAULT CURRENT_TIMESTAMP",
    "ALTER TABLE t ADD COLUMN c AS (b + 1) STORED",
    "ALTER TABLE t ADD COLUMN c CHECK (b > 1)",
  ].map(on),
  ...[
    "UPDATE t SET b = 1 LIMIT 1",
    "DELETE FROM t ORDER BY id LIMIT 1",
    "UPDATE t SET b = 1 RETURNING id",
    "INSERT INTO t (a) VALUES ('z') RETURNING *",
    "UPDATE t SET b = 2 FROM (SELECT 1) AS s",
    `DELETE FROM t WHERE a LIKE '${"x".repeat(51)}'`,
    "REINDEX",
    "REINDEX t",
    "ANALYZE",
    "ANALYZE t",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT * FROM t",
  ].map(on),
  ...[
    "DELETE FROM p",
    "DROP TABLE p",
    "INSERT INTO c VALUES (2, 77)",
    "INSERT OR REPLACE INTO p VALUES (1)",
    "UPDATE p SET id = 9",
  ].map(kin),
  ...[
    "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5",
    "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6",
  ].map(one),
  ...[100, 101].map((n) =>
    one(`CREATE TABLE wide (${Array.from({ length: n }, (_, i) => `c${i}`).join(", ")})`),
  ),
  ...[99, 101].map((n) => one(`SELECT ${"(".repeat(0)}${Array.from({ length: n }, () => "1").join(" + ")}`)),
  ...[100, 101].map((n) => one(`SELECT ${Array.from({ length: n }, (_, i) => `?${i + 1}`).join(", ")}`)),
  ...[127, 128].map((n) => one(`SELECT json_array(${Array.from({ length: n }, () => "1").join(", ")})`)),
  ...[99_000, 100_001].map((n) => one(`SELECT '${"x".repeat(n)}'`)),
  ...[
    "CREATE TABLE s (a INTEGER) STRICT",
    "CREATE TABLE s (a) STRICT",
    "CREATE TABLE s (a PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE g (a, b AS (a + 1))",
    'CREATE TABLE d (a DEFAULT "text")',
    'SELECT "no such name"',
    "SELECT x'zz'",
    "SELECT 1_000",
    "SELECT '\u0000'",
    "CREATE TABLE sqlite_x (a)",
    "INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)",
    "DELETE FROM sqlite_schema",
  ].map(one),
  ...[
    "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER r INSTEAD OF INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER r AFTER INSERT ON nowhere BEGIN SELECT 1; END",
    "CREATE VIEW v AS SELECT * FROM nowhere",
    "CREATE INDEX i ON t (lower(a)) WHERE b > 1",
    "CREATE INDEX i ON t (random())",
    "CREATE UNIQUE INDEX i ON t (length(a))",
  ].map(on),
  ...[
    "SELECT 1 -- tail",
    "SELECT 1; -- tail",
    "SELECT 1; SELECT 2",
    "-- only a comment",
    "SELEC 1",
    "SELECT * FROM nowhere",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n",
  ].map(one),
];

/** Where the shadow and D1's engine differ: why, and what is done about it. */
export const disagreements: ReadonlyMap<string, string> = new Map([
  [
    "ALTER TABLE t ADD COLUMN c CHECK (b > 1) (shadow refuses, D1 accepts)",
    "workerd of July 2026 adds the CHECK without looking at the rows; the shadow's SQLite looks. The stricter answer stands: rule DD1.",
  ],
  [
    "CREATE VIRTUAL TABLE f USING rtree (id, a, b) (shadow accepts, D1 refuses)",
    "R*Tree came with workerd of November 2026; production cannot be asked for its version. A refusal by D1 rolls the file back.",
  ],
  [
    "PRAGMA page_size (shadow accepts, D1 refuses)",
    "Allowed since workerd of November 2026, for R*Tree. It reads only; a refusal by D1 rolls the file back.",
  ],
  [
    "SELECT 1; SELECT 2 (shadow refuses, D1 accepts)",
    "Statements are sent one by one, split here. The shadow refuses a piece that holds two: the splitter would have erred.",
  ],
  [
    "SELECT iif(1, 2) (shadow accepts, D1 refuses)",
    "iif with two arguments came with SQLite 3.48, newer than workerd of July 2026. A refusal by D1 rolls the file back.",
  ],
]);
