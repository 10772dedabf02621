import { expect, test } from "vitest";
import { readMigration } from "../files/reading.ts";
import { rehearse } from "./rehearse.ts";

const dump = `CREATE TABLE city (id INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE UNIQUE INDEX city_code ON city (code);
CREATE TABLE street (id INTEGER PRIMARY KEY, city TEXT NOT NULL REFERENCES city (code));
INSERT INTO city VALUES (1, 'a'); INSERT INTO street VALUES (1, 'a');`;

const file = (sql: string) =>
  readMigration("0002_change.sql", "0002_change.sql", new TextEncoder().encode(sql));

test("a rehearsal after which a foreign key does not fit its parent says so, and does not end in SQLite's error", () => {
  const { failure, foreignKeyMismatches, tables } = rehearse(dump, [file("DROP INDEX city_code;")]);
  expect(failure).toBeUndefined();
  expect(foreignKeyMismatches).toEqual(['foreign key mismatch - "street" referencing "city"']);
  expect(tables).toContainEqual({ table: "city", rowsBefore: 1, rowsAfter: 1 });
});

test("a rehearsal counts references that lead nowhere", () => {
  const { foreignKeyMismatches, foreignKeyViolationsBefore, foreignKeyViolationsAfter } = rehearse(
    `PRAGMA foreign_keys = OFF; ${dump} INSERT INTO street VALUES (2, 'nowhere');`,
    [file("CREATE TABLE more (a);")],
  );
  expect(foreignKeyMismatches).toEqual([]);
  expect([foreignKeyViolationsBefore, foreignKeyViolationsAfter]).toEqual([1, 1]);
});
