import fc from "fast-check";

/** A database with a column `c` of a table `t`, and what code does with it. */
export interface RandomRename {
  readonly setUp: readonly string[];
  /** In turn: of code of before; of that and code that writes both; of that and code of the new name; of that alone. */
  readonly uses: readonly [readonly Use[], readonly Use[], readonly Use[], readonly Use[]];
}

/** One statement in the words of each release: `c` alone, both names, `renamed` alone. */
export interface Use {
  readonly before: string;
  readonly both: string;
  readonly after: string;
  /** Which of the two releases that run says it. */
  readonly isLater: boolean;
}

const values = ["NULL", "'a'", "'A'", "'b'", "''", "1", "1.0", "'2'", "-3"] as const;
const value = fc.constantFrom(...values);

/** Text with `{c}` for the column read, `{c=…}` for it being set, `{c,}` and `{c;…}` in the list and the values of an INSERT. */
function use(template: string, isLater: boolean, readsOld: boolean): Use {
  const say = (read: string, written: readonly string[]): string =>
    template
      .replace(/\{c=((?:[^{}]|\{c\})*)\}/g, (_, set: string) =>
        written.map((name) => `${name} = ${set}`).join(", "),
      )
      .replaceAll("{c,}", written.join(", "))
      .replace(/\{c;([^{}]*)\}/g, (_, given: string) => written.map(() => given).join(", "))
      .replaceAll("{c}", read);
  return {
    before: say("c", ["c"]),
    both: say(readsOld ? "c" : "renamed", ["c", "renamed"]),
    after: say("renamed", ["renamed"]),
    isLater,
  };
}

const id = fc.integer({ min: 1, max: 6 });
const template: fc.Arbitrary<string> = fc
  .tuple(id, value, value)
  .chain(([n, v, w]) =>
    fc.constantFrom(
      `INSERT INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}})`,
      `INSERT INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}}) RETURNING id, {c}, d`,
      `INSERT INTO t (id, d) VALUES (${n}, ${w})`,
      `INSERT INTO t (d, {c,}) VALUES (${w}, {c;${v}})`,
      `INSERT OR IGNORE INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}})`,
      `INSERT OR REPLACE INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}})`,
      `REPLACE INTO t (id, d) VALUES (${n}, ${w})`,
      `INSERT INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}}) ON CONFLICT ({c}) DO UPDATE SET d = 'hit'`,
      `INSERT INTO t (id, d, {c,}) VALUES (${n}, ${w}, {c;${v}}) ON CONFLICT (id) DO UPDATE SET {c=excluded.{c}}`,
      `INSERT INTO t (id, d, {c,}) SELECT id + 1, d, {c;c} FROM (SELECT id, d, {c} AS c FROM t WHERE id = ${n})`,
      `UPDATE t SET {c=${v}} WHERE id = ${n}`,
      `UPDATE t SET {c=${v}} WHERE {c} = ${w}`,
      `UPDATE t SET {c={c} || 'x'} WHERE id < ${n}`,
      `UPDATE t SET {c=d} WHERE id >= ${n}`,
      `UPDATE OR IGNORE t SET {c=${v}} WHERE id = ${n}`,
      `UPDATE t SET d = {c}, {c=d}`,
      `UPDATE t SET d = ${w} WHERE {c} IS ${v}`,
      `UPDATE t SET id = id + 10 WHERE {c} = ${v}`,
      `DELETE FROM t WHERE {c} = ${v}`,
      `DELETE FROM t WHERE id = ${n}`,
      `DELETE FROM p WHERE k = ${v}`,
      `UPDATE p SET k = k || 'y' WHERE k = ${v}`,
      `INSERT INTO kids (v) VALUES (${v})`,
      `UPDATE v SET c = ${v} WHERE id = ${n}`,
      `SELECT id, {c}, typeof({c}) FROM t WHERE {c} = ${v} ORDER BY id`,
      `SELECT id FROM t ORDER BY {c}, id`,
      "SELECT count(*) FROM t GROUP BY {c} ORDER BY {c}",
    ),
  );

const uses = fc.array(
  fc
    .tuple(template, fc.boolean(), fc.boolean())
    .map(([text, isLater, readsOld]) => use(text, isLater, readsOld)),
  { minLength: 2, maxLength: 8 },
);

const maybe = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom("", "", ...texts);

const table = fc
  .record({
    id: fc.constantFrom(
      "id INTEGER PRIMARY KEY",
      "id INTEGER PRIMARY KEY AUTOINCREMENT",
      "id INTEGER NOT NULL",
    ),
    type: fc.constantFrom("TEXT", "INTEGER", "REAL", "NUMERIC", "", "BLOB", "ANY"),
    collation: maybe("COLLATE NOCASE"),
    notNull: maybe("NOT NULL", "NOT NULL"),
    byDefault: maybe("DEFAULT 'a'", "DEFAULT 1"),
    check: maybe("CHECK (c <> 'b')", "CHECK (c IS NOT 'A' OR d IS NOT NULL)"),
    unique: maybe("UNIQUE"),
    reference: maybe(
      "REFERENCES p (k)",
      "REFERENCES p (k) ON DELETE SET NULL ON UPDATE CASCADE",
      "REFERENCES p (k) ON DELETE CASCADE",
    ),
    generated: maybe(", g AS (c || '!')", ", g AS (c || '!') STORED"),
    key: fc.constantFrom("PRIMARY KEY (id)", "PRIMARY KEY (c, id)", "PRIMARY KEY (c)"),
    suffix: maybe("WITHOUT ROWID", "STRICT"),
    first: fc.boolean(),
  })
  .map((has) => {
    const c = `c ${has.type} ${has.collation} ${has.notNull} ${has.byDefault} ${has.check} ${has.unique} ${has.reference}`;
    const own = has.first ? `${c}, d` : `d, ${c}`;
    const strict = has.suffix === "STRICT" && !["", "NUMERIC"].includes(has.type);
    const rowless = has.suffix === "WITHOUT ROWID" && !has.id.includes("AUTOINCREMENT");
    const key = has.id === "id INTEGER NOT NULL" ? `, ${has.key}` : "";
    return `CREATE TABLE t (${has.id}, ${strict ? own.replace(/\bd\b/, "d ANY") : own}${strict ? "" : has.generated}${key}) ${strict ? "STRICT" : rowless ? "WITHOUT ROWID" : ""}`;
  });

const rest = fc.record({
  index: maybe(
    "CREATE INDEX i ON t (c)",
    "CREATE INDEX i ON t (d, c DESC)",
    "CREATE UNIQUE INDEX i ON t (c, d)",
    "CREATE UNIQUE INDEX i ON t (c) WHERE d = 'a'",
    "CREATE INDEX i ON t (d) WHERE c IS NOT NULL",
    "CREATE INDEX i ON t (lower(c))",
    "CREATE UNIQUE INDEX i ON t (coalesce(c, ''))",
  ),
  view: maybe(
    "CREATE VIEW v AS SELECT id, c FROM t",
    "CREATE VIEW v AS SELECT * FROM t",
    "CREATE VIEW v (id, c) AS SELECT id, c FROM t",
    "CREATE VIEW v AS SELECT id, max(c) AS c FROM t GROUP BY id",
  ),
  nested: maybe("CREATE VIEW w AS SELECT c, v.id FROM v"),
  instead: maybe(
    "CREATE TRIGGER vt INSTEAD OF UPDATE ON v BEGIN UPDATE t SET c = new.c WHERE id = old.id; END",
  ),
  inserted: maybe(
    "CREATE TRIGGER ti AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('+', new.id, new.c, NULL); END",
  ),
  updated: maybe(
    "CREATE TRIGGER tu AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('~', new.id, old.c, new.c); END",
    "CREATE TRIGGER tu AFTER UPDATE OF c ON t WHEN new.c <> old.c BEGIN INSERT INTO log VALUES ('c', new.id, old.c, new.c); END",
    "CREATE TRIGGER tu BEFORE UPDATE ON t BEGIN SELECT RAISE(ABORT, 'no') WHERE new.c = 'b'; END",
  ),
  deleted: maybe(
    "CREATE TRIGGER td AFTER DELETE ON t BEGIN INSERT INTO log VALUES ('-', old.id, old.c, NULL); END",
  ),
  child: maybe("CREATE TABLE kids (v REFERENCES t (c) ON UPDATE CASCADE ON DELETE SET NULL)"),
});

/** A table with rows and all that may stand on one of its columns, and four times a few statements. */
export const randomRename: fc.Arbitrary<RandomRename> = fc
  .tuple(table, rest, fc.tuple(uses, uses, uses, uses))
  .map(([made, more, all]) => ({
    setUp: [
      "CREATE TABLE p (k PRIMARY KEY)",
      "INSERT INTO p VALUES ('a'), ('A'), (''), (1), ('2'), (2)",
      "CREATE TABLE log (what, id, was, now)",
      made,
      ...Object.values({
        ...more,
        ...(more.view === "" && { nested: "", instead: "" }),
        // A key to what is not unique makes a table that nothing can be written to.
        ...(!/ UNIQUE|PRIMARY KEY \(c\)/.test(made) && { child: "" }),
      }).filter((sql) => sql !== ""),
      "INSERT OR IGNORE INTO t (id, c, d) VALUES (1, 'a', 'x')",
      "INSERT OR IGNORE INTO t (id, c, d) VALUES (2, '2', 'y')",
      "INSERT OR IGNORE INTO t (id, c, d) VALUES (3, 'A', NULL)",
    ],
    uses: all,
  }));
