import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../database/database.ts";
import { lintFolder } from "../lint/lint-folder.ts";
import { openShadow } from "../shadow/shadow.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { type Advice, advise } from "./advice.ts";
import { askedBy } from "./costly.ts";
import { adviceFile, adviceStatements } from "./index-file.ts";
import { createIndex } from "./remedy.ts";

const first = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, status TEXT, at TEXT, note TEXT COLLATE NOCASE);
CREATE TABLE settings (k TEXT PRIMARY KEY, v TEXT, by INTEGER REFERENCES users (id));
CREATE INDEX users_by_email ON users (email);
CREATE INDEX users_by_name ON users (name);
CREATE INDEX users_by_name_and_email ON users (name, email);
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_status_down ON orders (status DESC, at);
CREATE UNIQUE INDEX orders_once ON orders (status, at, id);
CREATE INDEX orders_open ON orders (at) WHERE status = 'open';
CREATE INDEX orders_upper ON orders (upper(status));
`;
const rows = 3_000;
const statements = [
  "SELECT * FROM orders WHERE at = ? AND id > ?",
  "SELECT * FROM orders WHERE user_id = ? ORDER BY at DESC LIMIT 20",
  "SELECT count(*) FROM orders WHERE user_id = ?",
  "DELETE FROM users WHERE id = ?",
  "SELECT note FROM orders WHERE note LIKE '%' || ? || '%'",
  "SELECT count(*) FROM orders",
  "SELECT v FROM settings WHERE v = ?",
  "SELECT * FROM users WHERE name = ?",
];

let d1: WorkerdD1;
let database: Database;
let advice: Advice;
beforeAll(async () => {
  d1 = await workerdD1();
  database = {
    label: "shop/db",
    run: async (sql) => ({
      kind: "done",
      value: (await d1.batch(sql)).map((results) => ({ results, meta: {} })),
    }),
    bookmark: async () => ({ kind: "done", value: "" }),
    sleep: async () => {},
  };
  const numbers = `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n)`;
  await d1.batch([
    ...first.split(";\n").filter((sql) => sql !== ""),
    `INSERT INTO users SELECT i, 'mail' || i, 'name' || (i % 50) FROM ${numbers}`,
    `INSERT INTO orders SELECT i, i, 'status' || (i % 3), 'day' || i, 'note' FROM ${numbers}`,
    "INSERT INTO settings VALUES ('a', 'b', 1)",
  ]);
  const shadow = openShadow();
  for (const sql of first.split(";\n")) if (sql !== "") shadow.run(sql);
  const schema = shadow.schema();
  shadow.close();
  advice = await advise(
    database,
    { today: schema, planned: schema },
    askedBy(statements.map((sql) => ({ worker: "api", sql }))),
  );
});
afterAll(() => d1?.close());

test("statements that read large tables are named, with what helps them; small tables are left in peace", () => {
  expect(
    advice.scans.map(({ sql, scan, planWithIndexes }) => [sql, scan.table, planWithIndexes !== undefined]),
  ).toEqual([
    ["SELECT * FROM orders WHERE user_id = ? ORDER BY at DESC LIMIT 20", "orders", true],
    ["SELECT count(*) FROM orders WHERE user_id = ?", "orders", true],
    ["DELETE FROM users WHERE id = ?", "orders", true],
    ["SELECT note FROM orders WHERE note LIKE '%' || ? || '%'", "orders", false],
    ["SELECT count(*) FROM orders", "orders", false],
  ]);
  expect(advice.keys).toEqual([
    { table: "orders", columns: ["user_id"], parents: ["users"], rows: { kind: "about", rows } },
  ]);
});

test("one index serves the statements and the foreign key that begin with its columns", () => {
  expect(advice.indexes.map(createIndex)).toEqual([
    "CREATE INDEX orders_by_user_id_and_at ON orders (user_id, at DESC)",
  ]);
});

test("of redundant indexes, none that is unique, partial, over an expression or in another order is named", () => {
  expect(advice.redundant.map(({ index, by, same }) => [index, by, same])).toEqual([
    ["orders_by_status", "orders_once", false],
    ["users_by_email", "sqlite_autoindex_users_1", true],
    ["users_by_name", "users_by_name_and_email", false],
  ]);
});

test("the file that it writes passes the linter, and D1 bills less after it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep advice "));
  try {
    writeFileSync(join(folder, "0001_first.sql"), first);
    writeFileSync(join(folder, "0002_add_advised_indexes.sql"), adviceFile(advice));
    expect(lintFolder(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const asked: readonly (readonly [string, unknown])[] = [
    ["SELECT * FROM orders WHERE user_id = ? ORDER BY at DESC LIMIT 20", 7],
    ["SELECT count(*) FROM orders WHERE user_id = ?", 7],
    ["DELETE FROM users WHERE id = ?", 7],
  ];
  for (const [sql, value] of asked.slice(0, 2))
    expect(await d1.rowsRead(sql, value)).toBeGreaterThanOrEqual(rows);
  await d1.batch(adviceStatements(advice));
  for (const [sql, value] of asked) expect(await d1.rowsRead(sql, value)).toBeLessThan(20);
});
