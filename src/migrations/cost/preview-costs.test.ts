import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { unplaced } from "../../diagnostic/place.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import type { Database } from "../database/database.ts";
import { queryDatabase } from "../database/transports.ts";
import { plannedOn } from "../testing/planned-on.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { mayBeRefused, previewCosts } from "./preview-costs.ts";

const first = `CREATE TABLE notes (id INTEGER PRIMARY KEY, slug TEXT, author INTEGER, text TEXT);
CREATE INDEX notes_by_slug ON notes (slug);
CREATE INDEX notes_by_author ON notes (author);
CREATE TABLE tiny (id INTEGER PRIMARY KEY, name TEXT);
CREATE INDEX tiny_by_name ON tiny (name);
`;
const bySlug = { worker: "api@1f2e3d4c", sql: "SELECT id FROM notes\n  WHERE slug = ?" };
const byText = { worker: "api@1f2e3d4c", sql: "SELECT id FROM notes WHERE text = ?" };
const byName = { worker: "api@1f2e3d4c", sql: "SELECT id FROM tiny WHERE name = ?" };
const statements = [bySlug, byText, byName];

let d1: WorkerdD1;
let database: Database;
const asked: string[][] = [];
beforeAll(async () => {
  d1 = await workerdD1();
  const real = queryDatabase(
    { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" },
    "shop/db",
  );
  database = {
    ...real,
    run: (sql) => {
      asked.push([...sql]);
      return real.run(sql);
    },
  };
});
beforeEach(async () => {
  await d1.another();
  asked.length = 0;
});
afterAll(() => d1?.close());

async function filled(rows: number): Promise<void> {
  await d1.batch([
    ...first.split(";\n").filter((sql) => sql !== ""),
    `INSERT INTO notes SELECT i, 'slug' || i, i % 100, 'text' || i FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n)`,
    "INSERT INTO tiny VALUES (1, 'one')",
  ]);
}

async function costs(pending: readonly string[], isNew: (sql: string) => boolean = () => false) {
  const plan = await plannedOn(d1, first, pending);
  expect(plan.refusals).toEqual([]);
  const found = await previewCosts(plan, database, statements, isNew);
  return {
    plan,
    lines: found.lines.map((line) => inPlace(line, unplaced()).trim()),
    refused: found.refusals,
  };
}

test("an index that goes from under a statement is told with the worker, the table and its rows, and the file", async () => {
  await filled(4_200);
  const { lines, refused, plan } = await costs([
    "DROP INDEX notes_by_slug;",
    "ALTER TABLE notes ADD COLUMN at TEXT;",
  ]);
  expect(lines).toEqual([
    "warning cost: api@1f2e3d4c reads all rows of notes (about 4,200) each time, from 0002_step.sql on: SELECT id FROM notes WHERE slug = ?",
    expect.stringMatching(/^what would help: .*db advise shop\/db/),
  ]);
  expect(refused).toEqual([]);
  expect(plan.expand[0]?.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    "IX1 warning",
  ]);
});

test("from 100,000 rows on that is refused, in a contract file too, unless the file says why", async () => {
  await filled(100_500);
  const one = await costs(["DROP INDEX notes_by_slug;"]);
  expect(mayBeRefused(one.plan)).toBe(true);
  expect(one.refused).toMatchObject([
    {
      what: "IX1: api@1f2e3d4c reads all rows of notes (about 101,000) each time without the index that this file drops",
      where: "migrations/shop/db/0002_step.sql",
      got: "SELECT id FROM notes WHERE slug = ?",
    },
  ]);
  expect((await costs(["-- d1:phase contract\nDROP INDEX notes_by_slug;"])).refused).toHaveLength(1);
  const waived = await costs(['-- d1:allow IX1 "nobody asks by slug any more"\nDROP INDEX notes_by_slug;']);
  expect([waived.refused, waived.lines, mayBeRefused(waived.plan)]).toEqual([[], [], false]);
  const replaced = await costs(["DROP INDEX notes_by_slug;\nCREATE INDEX slugs ON notes (slug, author);"]);
  expect([replaced.refused, replaced.lines]).toEqual([[], []]);
  const unused = await costs(["DROP INDEX notes_by_author;"]);
  expect([unused.refused, unused.lines]).toEqual([[], []]);
});

test("what is so today is no news, and what happens to a small table none at all", async () => {
  await filled(4_200);
  expect((await costs(["ALTER TABLE notes ADD COLUMN at TEXT;"])).lines).toEqual([]);
  const small = await costs(["DROP INDEX tiny_by_name;"]);
  expect(small.lines).toEqual([]);
  expect(small.plan.expand[0]?.findings).toEqual([]);
});

test("a statement that is new is told although nothing is pending", async () => {
  await filled(4_200);
  expect((await costs([], (sql) => sql === byText.sql)).lines[0]).toBe(
    "warning cost: api@1f2e3d4c reads all rows of notes (about 4,200) each time, it is new: SELECT id FROM notes WHERE text = ?",
  );
  asked.length = 0;
  expect((await costs([])).lines).toEqual([]);
  expect(asked).toEqual([]);
});

test("a database whose statistics say so is told what it would do with them", async () => {
  await filled(4_200);
  // Everybody has the same author: SQLite goes through the table rather than through such an index.
  await d1.batch(["UPDATE notes SET author = 1, slug = 'same'", "ANALYZE"]);
  const plan = await plannedOn(d1, first, ["DROP INDEX notes_by_slug;"]);
  const all = { worker: "api", sql: "SELECT * FROM notes WHERE slug = ? AND text = ?" };
  expect((await previewCosts(plan, database, [all])).lines).toEqual([]);
});
