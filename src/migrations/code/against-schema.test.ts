// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are the code that is read
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test, vi } from "vitest";
import { d1 } from "../../declare/index.ts";
import { extracted } from "../../statements/extract.ts";
import type { SystemStatements } from "../../statements/kept.ts";
import { statementsOf } from "../../statements/of-worker.ts";
import { positionsIn } from "../../statements/positions.ts";
import { openShadow } from "../shadow/shadow.ts";
import { type HeldCode, holdCode } from "./against-schema.ts";
import type { SchemaPoint } from "./corpus.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-code-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schemaOf = (sql: string) => {
  const shadow = openShadow();
  for (const one of sql.split(";").filter((each) => each.trim() !== ""))
    expect(shadow.run(one).error).toBeUndefined();
  try {
    return shadow.schema();
  } finally {
    shadow.close();
  }
};
const schema = schemaOf(
  "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT); CREATE TABLE posts (id INTEGER, author INTEGER)",
);

mkdirSync(join(root, "logs"));
writeFileSync(join(root, "logs/0001_events.sql"), "CREATE TABLE events (id INTEGER PRIMARY KEY);\n");

const today: readonly SchemaPoint[] = [{ by: undefined, schema }];
const held = (
  code: string,
  folders: SystemStatements["folders"] = { logs: "logs" },
  points = today,
): HeldCode => {
  writeFileSync(join(root, "index.js"), code);
  const env = { DB: d1("notes"), LOGS: d1("logs") };
  const worker = statementsOf(
    { name: "api", env },
    extracted(code, positionsIn(code, { name: "index.js", mapText: undefined, folder: "" })),
  );
  return holdCode(
    { label: "app/notes", points, root },
    { folders: { notes: "notes", ...folders }, workers: [worker] },
  );
};
const refused = (code: string, folders?: SystemStatements["folders"]): readonly string[] =>
  held(code, folders).refusals.map(({ where, what }) => `${where} ${what}`);
const db = (sql: string): string => `export const f = (env, x, y) => env.DB.prepare(${sql});`;

test("a column or table that no migration makes is refused with file, line and the names that are near", () => {
  const [refusal, ...others] = held(`\n${db('"UPDATE users SET emial = ? WHERE id = ?"')}`).refusals;
  expect(others).toEqual([]);
  expect(refusal).toMatchObject({
    what: "CS1: the code of api needs a column that app/notes will have: emial",
    where: "index.js:2",
    got: "UPDATE users SET emial = ? WHERE id = ? — no such column: emial",
    expected: "a column that a migration makes before the code runs; near it: email",
  });
  expect(refused(db('"SELECT p.titel FROM posts p"'))).toEqual([
    "index.js:1 CS1: the code of api needs a column that app/notes will have: p.titel",
  ]);
  expect(refused(db('"INSERT INTO users (id, mail) VALUES (?, ?)"'))).toHaveLength(1);
  expect(refused(db('"SELECT 1 FROM user"'))).toEqual([
    "index.js:1 CS1: the code of api needs a table that app/notes will have: user",
  ]);
});

test("what a pending file takes away is said to be its doing: making the column would be the wrong repair", () => {
  const later = (by: string, sql: string): SchemaPoint => ({ by, schema: schemaOf(sql) });
  const points = [
    ...today,
    later("0002_nick.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, nick TEXT)"),
    later("0003_drop_email.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, nick TEXT)"),
    later("0004_more.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, nick TEXT, age INTEGER)"),
  ];
  const said = (sql: string) => held(db(JSON.stringify(sql)), undefined, points).refusals;
  expect(said("SELECT email FROM users")).toEqual([
    {
      what: "CS1: the code of api needs a column that 0003_drop_email.sql takes away: email",
      where: "index.js:1",
      got: "SELECT email FROM users — no such column: email",
      expected: "code that does without the column, and serves, before 0003_drop_email.sql is applied",
      fix: "release code that does without it first, or change the migration",
    },
  ]);
  expect(said("SELECT author FROM posts")[0]?.what).toContain("0002_nick.sql takes away: posts");
  expect(said("SELECT emial FROM users")[0]?.what).toContain("app/notes will have: emial");
  expect(said("SELECT nick, age FROM users")).toEqual([]);
});

test("what D1 itself keeps, what the code makes for itself, and LIMIT on a DELETE are no mistakes", () => {
  for (const code of [
    db('"SELECT name FROM d1_migrations"'),
    db('"SELECT name FROM sqlite_schema"'),
    db('"PRAGMA table_list"'),
    db('"DELETE FROM posts WHERE author = ? ORDER BY id LIMIT 10"'),
    db("\"SELECT json_extract(value, '$.a') FROM json_each(?1)\""),
    `${db('"SELECT a FROM cache"')} export const g = (env) => env.DB.exec("CREATE TABLE IF NOT EXISTS cache (a)");`,
    `${db('"SELECT a FROM cache"')} export const g = (env, t) => env.DB.exec("CREATE TABLE " + t + " (a)");`,
  ])
    expect(refused(code), code).toEqual([]);
});

test("what is not known of a statement is never held against it, and said", () => {
  const { refusals, said } = held(
    `${db('"SELECT nothing FROM " + x')}\nexport const g = (env) => env.DB.prepare("SELECT id FROM users");`,
  );
  expect(refusals).toEqual([]);
  expect(said).toBe("1 statement of the code held against the schema; 1 could not be read: index.js:1 (x)");
  expect(refused(db("`SELECT o.name FROM users u ${x} WHERE o.id = u.id`"))).toEqual([]);
  expect(refused(db("`SELECT ${x} FROM users ORDER BY rank`"))).toEqual([]);
  // Only values can stand in a list.
  expect(refused(db("`SELECT id FROM users WHERE mail IN (${x})`"))).toHaveLength(1);
});

test("forms of ways that never come together are no proof; a way that never works is", () => {
  const code = (wrong: string) => `export function f(env, posts) {
    let sql = posts ? "SELECT id FROM posts WHERE 1" : "SELECT id FROM users WHERE 1";
    if (posts) sql += " AND author = ?";
    if (!posts) sql += " AND ${wrong} = ?";
    return env.DB.prepare(sql);
  }`;
  expect(refused(code("name"))).toEqual([]);
  expect(refused(code("nmae"))).toEqual([
    "index.js:2 CS1: the code of api needs a column that app/notes will have: nmae",
  ]);
});

test("a statement that may go to several databases has to fit one of them; one without a folder may have anything", () => {
  const either = (sql: string) => `export const f = (db) => db.prepare("${sql}");`;
  expect(refused(either("SELECT id FROM events"))).toEqual([]);
  expect(refused(either("SELECT id FROM evens"))).toEqual([
    "index.js:1 CS1: the code of api needs a table that neither app/notes nor app/logs will have: evens",
  ]);
  expect(held(either("SELECT id FROM evens"), {}).refusals).toEqual([]);
});

test("a waiver with its reason in the line above, or in the statement, lets it pass", () => {
  expect(refused(`// d1:allow CS1 "another system makes it"\n${db('"SELECT 1 FROM elsewhere"')}`)).toEqual(
    [],
  );
  expect(refused(db("'SELECT 1 FROM elsewhere /* d1:allow CS1 \"theirs\" */'"))).toEqual([]);
  expect(refused(`// d1:allow CS1\n${db('"SELECT 1 FROM elsewhere"')}`)).toHaveLength(1);
});

test("to hold two hundred statements against a hundred tables makes the tables once, and prepares each statement once", () => {
  const many = schemaOf(
    Array.from(
      { length: 100 },
      (_, i) =>
        `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT); CREATE INDEX i${i} ON t${i} (a)`,
    ).join(";"),
  );
  const code = Array.from(
    { length: 200 },
    (_, i) =>
      `export const f${i} = (env) => env.DB.prepare("SELECT a, b FROM t${i % 100} JOIN t${(i * 7) % 100} USING (id) WHERE t${i % 100}.c = ? ORDER BY ${i % 2 === 0 ? "a" : "b"} LIMIT ${i + 1}");`,
  )
    .join("\n")
    .replaceAll("SELECT a, b", "SELECT t0.a, t0.b")
    .replaceAll("FROM t", "FROM t0, t")
    .replaceAll("t0, t0 ", "t0 ");
  const worker = statementsOf(
    { name: "api", env: { DB: d1("notes") } },
    extracted(code, positionsIn(code, { name: "index.js", mapText: undefined, folder: "" })),
  );
  expect(worker.statements).toHaveLength(200);
  const prepares = vi.spyOn(DatabaseSync.prototype, "prepare");
  const executes = vi.spyOn(DatabaseSync.prototype, "exec");
  /** What SQLite is asked while some of the statements are held. */
  const asked = (count: number): number => {
    prepares.mockClear();
    executes.mockClear();
    const statements = worker.statements.slice(0, count);
    holdCode(
      { label: "app/notes", points: [{ by: undefined, schema: many }], root },
      { folders: { notes: "notes" }, workers: [{ ...worker, statements }] },
    );
    return prepares.mock.calls.length + executes.mock.calls.length;
  };
  expect(asked(1)).toBeGreaterThan(100);
  expect(asked(200) - asked(1)).toBe(199);
});
