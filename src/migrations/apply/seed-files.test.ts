import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFolder } from "../files/reading.ts";
import { replayed } from "../plan/replayed.ts";
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

const root = join(import.meta.dirname, "../../..");
const testing = join(import.meta.dirname, "../testing");
const places = [
  { seeds: join(root, "seeds"), migrations: join(root, "migrations") },
  { seeds: join(testing, "seeds"), migrations: join(testing, "histories") },
];
const databases = places
  .filter(({ seeds }) => existsSync(seeds))
  .flatMap(({ seeds, migrations }) =>
    readdirSync(seeds).flatMap((system) =>
      readdirSync(join(seeds, system)).map((name) => ({
        database: `${system}/${name}`,
        seeds: join(seeds, system, name),
        migrations: join(migrations, system, name),
      })),
    ),
  );

for (const { database, seeds, migrations } of databases) {
  test(`the test data of ${database} fits its migrations`, () => {
    expect(existsSync(migrations)).toBe(true);
    const schemaOf = replayed(readFolder(migrations)) ?? [];
    expect(readSeeds(seeds, schemaOf).length).toBeGreaterThan(0);
  });
}

test("a seed that a link leads out of the project is refused", () => {
  const seeds = join(folder, "project/seeds");
  mkdirSync(seeds, { recursive: true });
  writeFileSync(join(folder, "project/Pulumi.yaml"), "");
  writeFileSync(
    join(folder, "outside.sql"),
    "INSERT INTO users VALUES ('b', 'B') ON CONFLICT (id) DO NOTHING;\n",
  );
  symlinkSync(join(folder, "outside.sql"), join(seeds, "0001_users.sql"));
  expect(() => readSeeds(seeds, schema)).toThrow(/leads out of the project[\s\S]*outside\.sql/);
});
