import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { Database } from "../../../migrations/database/database.ts";
import { dump } from "../dump.ts";
import { paced } from "./pace.ts";

/** SQLite behind what a database is asked by, and a clock that only a sleep moves. */
function slow() {
  const file = new DatabaseSync(":memory:");
  let at = 0;
  const asked: { readonly at: number; readonly rows: number }[] = [];
  const sleep = async (ms: number): Promise<void> => {
    at += ms;
  };
  const database: Database = {
    label: "test/db",
    run: async (statements) => {
      const answers = statements.map((sql) => file.prepare(sql).all());
      if (statements.some((sql) => sql.includes(" AS line ")))
        // A page comes as one row that counts those in it.
        asked.push({ at, rows: answers.flat().reduce((sum, row) => sum + Number(row["n"] ?? 1), 0) });
      return {
        kind: "done",
        value: answers.map((results) => ({
          success: true,
          results,
          meta: {},
        })),
      };
    },
    bookmark: async () => ({ kind: "done", value: "b" }),
    sleep,
  };
  return { file, database, asked, pace: (rate: number) => paced(rate, { now: () => at, sleep }) };
}
const drain = async (pages: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of pages);
};
const numbers = (count: number) =>
  `INSERT INTO a SELECT value, 'row' FROM (WITH n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${count}) SELECT value FROM n)`;

test("a backup with a rate never asks for more than a second's worth, and waits between pages as long as the rows before are due", async () => {
  const { file, database, asked, pace } = slow();
  file.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT); ${numbers(1_000)}`);
  const { counted } = await dump(database, 10_000_000, drain, pace(200));
  expect(counted).toMatchObject([{ name: "a", rows: 1_000 }]);
  let before = 0;
  for (const { at, rows } of asked) {
    expect(rows).toBeLessThanOrEqual(200);
    expect(at).toBeGreaterThanOrEqual((before * 1000) / 200);
    before += rows;
  }
  expect(before).toBe(1_000);
});

test("a small database is read in one request all the same, and the next one waits for its rows", async () => {
  const { file, database, asked, pace } = slow();
  file.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT); ${numbers(1_000)}`);
  const one = pace(200);
  for (let i = 0; i < 2; i++)
    expect((await dump(database, 1_000, drain, one)).consistency).toBe("oneRequest");
  expect(asked).toEqual([
    { at: 0, rows: 1_000 },
    { at: 5_000, rows: 1_000 },
  ]);
});

test("without a rate nobody waits", async () => {
  const { file, database, asked } = slow();
  file.exec(`CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT); ${numbers(1_000)}`);
  await dump(database, 10_000_000, drain);
  expect(asked.every(({ at }) => at === 0)).toBe(true);
});
