import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFolder } from "../files/reading.ts";
import { replayed } from "../plan/drift.ts";
import { openShadow } from "../shadow/shadow.ts";
import { readSeeds } from "./seed-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seeds-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const shadow = openShadow();
shadow.run("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT NOT NULL)");
shadow.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id TEXT REFERENCES users (id))");
const schema = shadow.schema();
shadow.close();

function read(sql: string) {
  writeFileSync(join(folder, "0001_seed.sql"), sql);
  return readSeeds(folder, schema);
}

test("rows that say what a second run means are read", () => {
  expect(
    read(
      "INSERT INTO users VALUES ('a', 'Ada') ON CONFLICT (id) DO UPDATE SET name = excluded.name;\nUPDATE users SET name = 'A' WHERE id = 'a';\n",
    ),
  ).toMatchObject([
    {
      name: "0001_seed.sql",
      statements: [expect.stringContaining("INSERT"), expect.stringContaining("UPDATE")],
    },
  ]);
});

const refusals: Readonly<Record<string, readonly [string, RegExp]>> = {
  "a table": ["CREATE TABLE t (a);", /0001_seed\.sql:1[\s\S]*just db new/],
  "a plain INSERT": ["INSERT INTO users VALUES ('a', 'Ada');", /INSERT without ON CONFLICT/],
  "DELETE of all rows": ["\nDELETE FROM users;", /0001_seed\.sql:2[\s\S]*a WHERE/],
  "UPDATE of all rows": ["UPDATE users SET name = 'x';", /a WHERE/],
  "the ledger": [
    "INSERT INTO d1_migrations (name) VALUES ('x') ON CONFLICT DO NOTHING;",
    /Lockstep's own tables/,
  ],
  "a column that is not there": [
    "INSERT INTO users (id, nick) VALUES ('a', 'b') ON CONFLICT DO NOTHING;",
    /does not fit the schema/,
  ],
  "rows that multiply": [
    "INSERT INTO notes (user_id) VALUES (NULL) ON CONFLICT DO NOTHING;",
    /cannot be repeated/,
  ],
};

for (const [what, [sql, message]] of Object.entries(refusals)) {
  test(`refuses ${what}`, () => {
    expect(() => read(sql)).toThrow(message);
  });
}

test("a folder that is not there holds no test data", () => {
  expect(readSeeds(join(folder, "nowhere"), schema)).toEqual([]);
});

const testing = join(import.meta.dirname, "../testing");
for (const system of readdirSync(join(testing, "seeds"))) {
  for (const name of readdirSync(join(testing, "seeds", system))) {
    test(`the test data of ${system}/${name} fits its migrations`, () => {
      const migrations = join(testing, "histories", system, name);
      expect(existsSync(migrations)).toBe(true);
      const schemaOf = replayed(readFolder(migrations)) ?? [];
      expect(readSeeds(join(testing, "seeds", system, name), schemaOf).length).toBeGreaterThan(0);
    });
  }
}
