import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../database/database.ts";
import { openShadow } from "../shadow/shadow.ts";
import { fold, readTable } from "../sql/structure.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { countRows, countText } from "./row-counts.ts";
import type { Statistic } from "./statistics.ts";

let d1: WorkerdD1;
let questions: readonly string[] = [];
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  database = {
    label: "test/db",
    run: async (statements) => {
      questions = statements;
      return { kind: "done", value: (await d1.batch(statements)).map((results) => ({ results, meta: {} })) };
    },
    bookmark: async () => ({ kind: "done", value: "" }),
    sleep: async () => {},
  };
});
beforeEach(() => d1.another());
afterAll(() => d1?.close());

async function counted(create: string, values: string, rows: number, statistics: readonly Statistic[] = []) {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n`;
  await d1.batch([create, ...(rows === 0 ? [] : [`INSERT INTO t SELECT ${values} FROM (${numbers})`])]);
  const shadow = openShadow();
  shadow.run(create);
  const table = readTable(shadow.trusted, "t");
  shadow.close();
  if (table === undefined) throw new Error("no table");
  const count = (await countRows(database, [table], statistics)).get(fold("t"));
  return count === undefined ? undefined : countText(count);
}

test("a small table is counted, an empty one too", async () => {
  expect(await counted("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "i, i", 412)).toBe("412");
  await d1.another();
  expect(await counted("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "i, i", 0)).toBe("0");
});

test("a large one is estimated by its numbers, and no more than 1,002 rows are read for it", async () => {
  expect(await counted("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "i, i", 48_213)).toBe("about 48,200");
  expect(await d1.rowsRead(questions[0] ?? "")).toBe(1_002);
});

test("gaps in the numbers, and numbers that are times, are taken into account", async () => {
  expect(
    await counted("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "1700000000000 + i * 250, i", 20_000),
  ).toBe("about 20,000");
});

test("a table that has no numbers is as large as its statistics say, or large", async () => {
  const create = "CREATE TABLE t (k TEXT PRIMARY KEY, a) WITHOUT ROWID";
  expect(await counted(create, "i, i", 3_000)).toBe("1,000 or more");
  expect(await d1.rowsRead(questions[0] ?? "")).toBe(1_000);
  await d1.another();
  expect(await counted(create, "i, i", 3_000, [{ table: "t", index: "t", stat: "2990 1" }])).toBe(
    "about 2,990",
  );
});

test("columns may have the names of a row's number", async () => {
  expect(await counted("CREATE TABLE t (rowid TEXT, oid TEXT)", "'x', 'y'", 2_500)).toBe("about 2,500");
  await d1.another();
  expect(await counted("CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ TEXT)", "'x', 'y', 'z'", 2_500)).toBe(
    "1,000 or more",
  );
});
