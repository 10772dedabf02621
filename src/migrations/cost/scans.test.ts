import { afterAll, beforeAll, expect, test } from "vitest";
import { openShadow, type Shadow } from "../shadow/shadow.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { treesOf } from "./bytecode.ts";
import { usesOf } from "./scans.ts";

const schema = [
  "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, team INTEGER, at TEXT)",
  "CREATE INDEX users_by_team ON users (team)",
  "CREATE TABLE posts (id TEXT PRIMARY KEY, user_id INTEGER REFERENCES users (id))",
  "CREATE TABLE marks (a INTEGER, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
  "CREATE VIEW addresses AS SELECT id, email AS address FROM users AS u",
];
const many = 2_000;
const rows = (values: string): string =>
  `SELECT ${values} FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many}) SELECT i FROM n)`;

let d1: WorkerdD1;
let shadow: Shadow;
beforeAll(async () => {
  d1 = await workerdD1();
  await d1.batch([
    ...schema,
    `INSERT INTO users ${rows("i, 'user' || i, i % 500, 'day' || (i % 7)")}`,
    `INSERT INTO posts ${rows("'post' || i, i")}`,
    `INSERT INTO marks ${rows("i, i, 'mark' || i")}`,
  ]);
  shadow = openShadow();
  for (const sql of schema) expect(shadow.run(sql).error).toBeUndefined();
});
afterAll(async () => {
  shadow?.close();
  await d1?.close();
});

const said = (sql: string): readonly string[] | undefined =>
  usesOf(shadow.trusted, sql, treesOf(shadow.trusted))
    ?.scans.map(
      ({ table, reason, stops, nested }) =>
        `${table} ${reason}${stops ? " stops" : ""}${nested ? " nested" : ""}`,
    )
    .toSorted();

/** A statement, its parameters, and which tables are gone through: as many rows as these have, D1 has to bill at least. */
const cases: readonly (readonly [sql: string, parameters: readonly unknown[], scans: readonly string[]])[] = [
  ["SELECT * FROM users WHERE id = ?", [7], []],
  ["SELECT * FROM users WHERE team = ?", [7], []],
  ["SELECT * FROM users WHERE team = ? OR id = ?", [7, 8], []],
  ["SELECT * FROM users WHERE id > ? ORDER BY id LIMIT 10", [7], []],
  ["SELECT * FROM users ORDER BY id DESC LIMIT 10", [], []],
  ["SELECT * FROM users LIMIT 10", [], []],
  ["SELECT max(id) FROM users", [], []],
  ["SELECT max(team) FROM users", [], []],
  ["SELECT EXISTS (SELECT 1 FROM users)", [], []],
  ["SELECT * FROM marks WHERE a = ?", [7], []],
  ["SELECT p.id FROM posts AS p JOIN users AS u ON u.id = p.user_id WHERE p.id = ?", ["post7"], []],
  ["SELECT * FROM users WHERE email = ?", ["user7"], ["users filter"]],
  ["SELECT * FROM users WHERE team = ? OR email = ?", [7, "user7"], ["users filter"]],
  ["SELECT * FROM users WHERE lower(email) = ?", ["user7"], ["users filter"]],
  ["SELECT * FROM users WHERE email IN (?, ?)", ["user7", "user8"], ["users filter"]],
  ["SELECT * FROM users WHERE email LIKE '%' || ?", ["7"], ["users filter"]],
  ["SELECT address FROM addresses WHERE address = ?", ["user7"], ["users filter"]],
  ["SELECT count(*) FROM marks AS m WHERE m.c = ?", ["mark7"], ["marks filter"]],
  ["UPDATE users SET at = ? WHERE email = ?", ["day8", "user7"], ["users filter"]],
  ["SELECT * FROM users ORDER BY email LIMIT 10", [], ["users order"]],
  ["SELECT count(*) FROM users", [], ["users everything"]],
  ["SELECT max(email) FROM users", [], ["users everything"]],
  ["SELECT min(id), max(id) FROM users", [], ["users everything"]],
  ["SELECT at, count(*) FROM users GROUP BY at", [], ["users everything"]],
  ["SELECT * FROM users", [], ["users everything"]],
  // A key that nothing finds the children by.
  ["DELETE FROM users WHERE id = ?", [-1], ["posts filter"]],
];

test.each(cases)("%s: what is said of it is what D1 bills", async (sql, parameters, scans) => {
  expect(said(sql)).toEqual(scans);
  // Nobody has the number −1, so nothing is deleted and no child looked for.
  if (sql.startsWith("DELETE")) return;
  const read = await d1.rowsRead(sql, ...parameters);
  if (scans.length === 0) expect(read).toBeLessThan(100);
  else expect(read).toBeGreaterThanOrEqual(many);
});

test("deleting one parent is billed for all the rows in which its children are looked for", async () => {
  await d1.batch(["INSERT INTO users (id, email) VALUES (-5, 'nobody')"]);
  expect(await d1.rowsRead("DELETE FROM users WHERE id = ?", -5)).toBeGreaterThanOrEqual(many);
});

test("what a LIMIT may end is billed until enough is found", async () => {
  const sql = "SELECT * FROM users WHERE email = ? LIMIT 1";
  expect(said(sql)).toEqual(["users filter stops"]);
  expect(await d1.rowsRead(sql, "user7")).toBe(7);
  expect(await d1.rowsRead(sql, "nobody")).toBeGreaterThanOrEqual(many);
});

test("a look into another table for each row is told as one", () => {
  expect(
    said("SELECT id, (SELECT count(*) FROM posts AS p WHERE p.user_id = u.id) FROM users AS u LIMIT 10"),
  ).toEqual(["posts filter nested"]);
});

test("a parent that is new looks for no children", () => {
  expect(said("INSERT INTO users (email) VALUES (?)")).toEqual([]);
  expect(said("INSERT INTO users (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET email = 'x'")).toEqual([]);
});

test("a pattern that is yet to be given is taken for one that an index can serve", () => {
  shadow.run("CREATE INDEX users_by_email ON users (email COLLATE NOCASE)");
  expect(said("SELECT * FROM users WHERE email LIKE ?")).toEqual([]);
  expect(said("SELECT * FROM users WHERE email LIKE '%' || ?")).toEqual(["users filter"]);
  shadow.run("DROP INDEX users_by_email");
  expect(said("SELECT * FROM users WHERE email LIKE ?")).toEqual(["users filter"]);
});

test("what a trigger goes through is the statement's", () => {
  shadow.run(
    "CREATE TRIGGER forget AFTER UPDATE OF team ON users BEGIN UPDATE marks SET c = 'x' WHERE c = new.email; END",
  );
  expect(said("UPDATE users SET team = ? WHERE id = ?")).toEqual(["marks filter"]);
  shadow.run("DROP TRIGGER forget");
});

test("of a statement that the schema has no answer for, nothing is said", () => {
  expect(said("SELECT colour FROM users")).toBeUndefined();
});
