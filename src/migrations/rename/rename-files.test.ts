import { expect, test } from "vitest";
import { UserError } from "../../diagnostic/user-error.ts";
import { readMigration } from "../files/reading.ts";
import { checkRenames } from "../testing/same-under-both-names.ts";
import { renameFiles } from "./rename-files.ts";
import { waitingRename } from "./waiting-rename.ts";

const names = ["0002_add.sql", "0003_relax.sql", "0004_drop.sql"] as const;
const files = (sql: string, table = "t", from = "c", to = "renamed"): readonly [string, string, string] =>
  renameFiles(
    [readMigration("0001_base.sql", "0001_base.sql", new TextEncoder().encode(sql))],
    "folder",
    { table, from, to },
    names,
  );
const refusal = (...given: Parameters<typeof files>): string => {
  try {
    files(...given);
  } catch (error) {
    if (error instanceof UserError) return error.diagnostic.what;
    throw error;
  }
  return "";
};

test("at each point code of both releases that run is answered as if nothing had been renamed, and the table ends as one RENAME COLUMN would leave it", () => {
  expect(checkRenames(15, 20_261_130).get("renamed")).toBeGreaterThan(3);
});

test("each file says which code goes with it, and the drop is not opened together with what comes before", () => {
  const [add, relax, drop] = files("CREATE TABLE t (id INTEGER PRIMARY KEY, c TEXT NOT NULL UNIQUE);\n");
  expect(add).toContain("code that WRITES BOTH columns");
  expect(add).toContain(
    "Release 2: 0003_relax.sql, and code that knows renamed alone. Release 3: 0004_drop.sql.",
  );
  expect(relax).toContain("-- d1:phase contract");
  expect(relax).not.toContain("next-release");
  expect(drop).toContain("-- d1:phase contract\n-- d1:next-release\n");
  expect(relax).not.toMatch(/INSERT|DROP/);
});

test("a trigger on every UPDATE is about the table's own columns while there is a copy, and as it was afterwards", () => {
  const [add, , drop] = files(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, c TEXT, n INTEGER);\nCREATE TRIGGER counts AFTER UPDATE ON t BEGIN UPDATE t SET n = n + 1 WHERE id = new.id; END;\n",
  );
  expect(add).toContain("CREATE TRIGGER counts AFTER UPDATE OF id, c, n ON t BEGIN");
  expect(add.indexOf("UPDATE OF id")).toBeLessThan(add.indexOf("UPDATE t SET renamed = c"));
  expect(drop).toContain("CREATE TRIGGER counts AFTER UPDATE ON t BEGIN");
});

test("uniqueness with other columns has a twin that is not unique, which release 1 is told", () => {
  const [add] = files(
    "CREATE TABLE t (list INTEGER, c INTEGER NOT NULL, PRIMARY KEY (list, c)) WITHOUT ROWID;\n",
  );
  expect(add).toContain("CREATE INDEX t_c_twin ON t (list, renamed)");
  expect(add).toContain("ON CONFLICT of release 1 names no columns where it means (list, c)");
  expect(add).toContain("WHERE list = NEW.list AND c = NEW.c");
});

test("another rename of the table has to be over before the next: its files wait until a stage has opened them", () => {
  const sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, c TEXT, d TEXT);\nCREATE TABLE u (c TEXT);\n";
  const all = ["0001_base.sql", ...names].map((name, i) =>
    readMigration(name, name, new TextEncoder().encode([sql, ...files(sql)][i])),
  );
  const next = (table: string, ...opened: readonly string[]): unknown =>
    waitingRename(all, "shop/db", { table, from: "d", to: "e" }, opened)?.got;
  expect(next("T")).toBe("0003_relax.sql, 0004_drop.sql, which are open in no stage");
  expect(next("t", "0003_relax.sql")).toBe("0004_drop.sql, which is open in no stage");
  expect(next("t", "0003_relax.sql", "0004_drop.sql")).toBeUndefined();
  expect(next("u")).toBeUndefined();
  const plain = readMigration(
    "0005_drop_d.sql",
    "x",
    new TextEncoder().encode('-- d1:phase contract\n-- d1:allow DL2 "old"\nALTER TABLE t DROP COLUMN d;\n'),
  );
  expect(waitingRename([plain], "shop/db", { table: "t", from: "c", to: "e" }, [])).toBeUndefined();
});

test.each([
  ["CREATE TABLE other (c);", "There is no such table"],
  ["CREATE TABLE u (c); CREATE VIEW t AS SELECT c FROM u;", "A view's column is renamed by another view"],
  ["CREATE VIRTUAL TABLE t USING fts5(c);", "A search table's column cannot be renamed in steps"],
  ["CREATE TABLE t (id);", "There is no such column"],
  ["CREATE TABLE t (id, c AS (id + 1));", "A generated column is renamed without copying: nothing writes it"],
  ["CREATE TABLE t (c, renamed);", "The column cannot have that name"],
  ["CREATE TABLE t (c, rowid, oid, _rowid_);", "A trigger could not tell which row it is about"],
  [
    "CREATE TABLE t (c); CREATE VIEW v AS SELECT * FROM t; CREATE TRIGGER g INSTEAD OF UPDATE ON v BEGIN UPDATE t SET c = new.c; END;",
    "The column cannot be renamed in steps: something stands on it that SQLite does not take along",
  ],
  [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, c TEXT); CREATE VIRTUAL TABLE s USING fts5(c, content='t', content_rowid='id');",
    expect.stringMatching(/^UA1: .* no such column: T\.c/),
  ],
])("what cannot be renamed in steps is refused before a file is written: %s", (sql, what) => {
  expect(refusal(sql)).toEqual(what);
});
