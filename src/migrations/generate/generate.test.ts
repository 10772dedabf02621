import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readFolder } from "../files/reading.ts";
import { replayed } from "../plan/replayed.ts";
import { openShadow } from "../shadow/shadow.ts";
import type { SchemaObject } from "../sql/schema-guard.ts";
import { generate } from "./generate.ts";

const schemaOf = (sql: string): readonly SchemaObject[] => {
  const shadow = openShadow();
  shadow.trusted.exec(sql);
  const schema = shadow.schema();
  shadow.close();
  return schema;
};

/** What the statements leave on a database of their own, with each reference checked; carried out as often as is said. */
function left(sql: string, statements: readonly string[], runs = 1): DatabaseSync {
  const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
  db.exec(sql);
  for (let run = 0; run < runs; run++) for (const statement of statements) db.exec(statement);
  expect(db.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
  return db;
}

const wanted = { rows: 20, key: "1", without: [] };

const shop = `
  CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer TEXT NOT NULL REFERENCES users, total_cents INTEGER CHECK (total_cents > 5000),
    state TEXT NOT NULL CHECK (state IN ('paid', 'sent')), parent INTEGER REFERENCES orders) STRICT;
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, is_admin INTEGER NOT NULL CHECK (is_admin IN (0, 1)),
    created_at TEXT NOT NULL, photo BLOB, upper_email TEXT AS (upper(email))) STRICT;
  CREATE TABLE profiles (user_id TEXT PRIMARY KEY REFERENCES users (id), bio TEXT);
  CREATE TABLE likes (a TEXT REFERENCES users, b INTEGER REFERENCES orders (id), PRIMARY KEY (a, b)) WITHOUT ROWID;
  CREATE TABLE seen (what TEXT, at INTEGER);
  CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), theme TEXT DEFAULT 'light');
  CREATE VIRTUAL TABLE search USING fts5 (bio);
  CREATE TRIGGER indexed AFTER INSERT ON profiles BEGIN INSERT INTO search (bio) VALUES (new.bio); END;`;

test("rows are made for each table, with what constraints name and references to rows that are there", () => {
  const made = generate(schemaOf(shop), wanted);
  expect(Object.fromEntries(made.map(({ table, rows }) => [table, rows]))).toEqual({
    users: 20,
    orders: 20,
    profiles: 20,
    likes: 20,
    seen: 20,
    settings: 1,
  });
  const db = left(
    shop,
    made.flatMap(({ statements }) => statements),
  );
  expect(db.prepare("SELECT count(DISTINCT state) AS n FROM orders").get()).toEqual({ n: 2 });
  expect(db.prepare("SELECT count(*) AS n FROM search").get()).toEqual({ n: 20 });
  expect(db.prepare("SELECT count(*) AS n FROM users WHERE email LIKE '%@example.com'").get()).toEqual({
    n: 20,
  });
});

test("a second run leaves the rows as they are, in a table without a key too", () => {
  const statements = generate(schemaOf(shop), wanted).flatMap((table) => table.statements);
  const counts = "SELECT (SELECT count(*) FROM seen) AS seen, (SELECT count(*) FROM search) AS search";
  expect(left(shop, statements, 3).prepare(counts).get()).toEqual(
    left(shop, statements).prepare(counts).get(),
  );
});

test("the same key makes the same rows, another one makes others", () => {
  const of = (key: string): string =>
    JSON.stringify(generate(schemaOf(shop), { ...wanted, key }).map(({ statements }) => statements));
  expect(of("1")).toBe(of("1"));
  expect(of("1")).not.toBe(of("2"));
});

test("a table of which no row can be made up is named, and can be left out", () => {
  const sql = `CREATE TABLE odd (a TEXT NOT NULL CHECK (a GLOB '[0-9][0-9]-[A-Z]*x')); CREATE TABLE usual (id TEXT PRIMARY KEY);`;
  expect(() => generate(schemaOf(sql), wanted)).toThrow(/No row can be made up.*\n.*odd/s);
  expect(generate(schemaOf(sql), { ...wanted, without: ["ODD"] }).map(({ table }) => table)).toEqual([
    "usual",
  ]);
  expect(() => generate(schemaOf(sql), { ...wanted, without: ["od"] })).toThrow(/no such table.*odd, usual/s);
});

const root = join(import.meta.dirname, "../../../migrations");
const folders = readdirSync(root).flatMap((system) =>
  readdirSync(join(root, system)).map((database) => `${system}/${database}`),
);

test.each(folders)("%s gets 50 rows a table", (folder) => {
  const files = readFolder(join(root, folder));
  const schema = replayed(files) ?? [];
  const made = generate(schema, { ...wanted, rows: 50 });
  left(
    files.flatMap(({ statements }) => statements.map(({ sql }) => sql)).join(";\n"),
    made.flatMap(({ statements }) => statements),
    2,
  );
  expect(made.filter(({ rows }) => rows === 0)).toEqual([]);
});

const column = fc.record({
  type: fc.constantFrom("TEXT", "INTEGER", "REAL", "BLOB", "DATE", "BOOLEAN", "NUMERIC", ""),
  name: fc.constantFrom("email", "created_at", "is_open", "price", "content", "hash", "Order", 'od"d', "é"),
  notNull: fc.boolean(),
  unique: fc.boolean(),
  parent: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
});
const table = fc.record({
  key: fc.constantFrom(
    "k INTEGER PRIMARY KEY",
    "k TEXT PRIMARY KEY",
    "k INT NOT NULL UNIQUE",
    "k ANY PRIMARY KEY",
  ),
  columns: fc.uniqueArray(column, { maxLength: 5, selector: ({ name }) => name }),
});

test("of random schemas each statement runs, refers to rows that are there, and can be repeated", () => {
  fc.assert(
    fc.property(fc.array(table, { minLength: 1, maxLength: 4 }), fc.string(), (tables, key) => {
      const sql = tables
        .map(({ key: own, columns }, i) => {
          const lines = columns.map(
            ({ type, name, notNull, unique, parent }) =>
              `"${name.replaceAll('"', '""')}" ${type}${notNull && (parent ?? 0) < i ? " NOT NULL" : ""}${unique && type !== "BOOLEAN" && name !== "is_open" ? " UNIQUE" : ""}${
                parent === undefined || parent >= tables.length ? "" : ` REFERENCES t${parent} (k)`
              }`,
          );
          return `CREATE TABLE t${i} (${[own, ...lines].join(", ")})`;
        })
        .join(";\n");
      const made = generate(schemaOf(sql), { rows: 6, key, without: [] });
      const statements = made.flatMap((each) => each.statements);
      const rows = (runs: number): unknown =>
        tables.map((_, i) => left(sql, statements, runs).prepare(`SELECT count(*) AS n FROM t${i}`).get());
      expect(rows(2)).toEqual(rows(1));
      expect(made.every((each) => each.rows > 0)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
