import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { emptySnapshot } from "../database/snapshot.ts";
import { chainText, parseChain } from "../files/chain.ts";
import { type MigrationFile, readMigration } from "../files/reading.ts";
import { fingerprint } from "../sql/fingerprint.ts";
import { draftPlan, offlinePlan, type PlanInput } from "./plan.ts";
import { replayed } from "./replayed.ts";

const file = (name: string, sql: string): MigrationFile =>
  readMigration(name, `migrations/shop/db/${name}`, new TextEncoder().encode(sql));

const input = (files: readonly MigrationFile[], applied: readonly MigrationFile[]): PlanInput => {
  const schema = replayed(applied) ?? [];
  return {
    label: "shop/db",
    folder: "migrations/shop/db",
    files,
    chain: parseChain("chain.txt", chainText(files)),
    opened: undefined,
    database: {
      ...emptySnapshot,
      schema,
      ledgerKind: "wrangler",
      ledger: applied.map(({ name }) => name),
      log: applied.map(({ name, checksum, phase }) => ({
        name,
        checksum,
        chain: "",
        phase,
        schemaAfter: fingerprint(schema),
      })),
      meta: new Map([["initial", "running"]]),
    },
  };
};

const rolesSql = `CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, weight REAL, mark BLOB, made_at TEXT DEFAULT CURRENT_TIMESTAMP);
INSERT INTO roles (id, name, weight, mark) VALUES (1, 'o''wner', 1.0, X'00ff'), (9007199254740993, 'guest', NULL, NULL);
CREATE TABLE people (id INTEGER PRIMARY KEY, nick TEXT, role INTEGER REFERENCES roles (id));
`;
const roles = file("0001_roles.sql", rolesSql);
/** Of a database with rows or running code it would be refused for six reasons. */
const later = file(
  "0002_later.sql",
  `CREATE TABLE new_roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_roles SELECT id, name FROM roles WHERE id > 1;
DROP TABLE roles;
ALTER TABLE new_roles RENAME TO roles;
ALTER TABLE people DROP COLUMN nick;
DELETE FROM people;
`,
);

/** What the plan refuses when the database holds these rows besides. */
function refused(rows: string, applied: readonly MigrationFile[] = [roles]): number {
  const db = new DatabaseSync(":memory:");
  for (const { statements } of applied) for (const { sql } of statements) db.exec(sql);
  db.exec(rows);
  const draft = draftPlan(input([...applied, later], applied));
  return draft.close(draft.questions.map((sql) => Object.values(db.prepare(sql).get() ?? {})[0])).refusals
    .length;
}

test("a new database that a run left half-way, with no row but those of its files, is still new", () => {
  expect(refused("")).toBe(0);
  expect(refused("UPDATE roles SET made_at = 'another moment'")).toBe(0);
});

for (const [what, rows] of Object.entries({
  "a row that somebody put into a table": "INSERT INTO people (id) VALUES (1)",
  "a row more than the files insert": "INSERT INTO roles (id, name) VALUES (7, 'x')",
  "a row less": "DELETE FROM roles WHERE id = 1",
  "a row that is not as it was": "UPDATE roles SET name = 'Guest' WHERE id > 1",
  "a value that differs in its last digit": "UPDATE roles SET id = id - 1 WHERE id > 1",
})) {
  test(`it is judged as one with people's rows where there is ${what}`, () => {
    expect(refused(rows)).toBeGreaterThan(2);
  });
}

test("it is judged so too when nobody can be asked, or the files put in what cannot be compared", () => {
  expect(offlinePlan(input([roles, later], [roles])).refusals.length).toBeGreaterThan(2);
  const many = file(
    "0001_roles.sql",
    `${rolesSql}INSERT INTO people (nick) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) SELECT 'nick ' || i FROM n;\n`,
  );
  expect(refused("", [many])).toBeGreaterThan(2);
});
