import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, rows } from "../../migrations/database/database.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import { type WorkerdD1, workerdD1 } from "../../migrations/testing/workerd-d1.ts";
import { dumpedTables } from "./dumped-tables.ts";
import type { Page } from "./pages/page.ts";
import { pages } from "./pages/pages.ts";
import { brokenIn, compared, putBack, type TableBeside, tableBeside } from "./put-back.ts";
import { wholeSchema } from "./schema.ts";

let d1: WorkerdD1;
let live: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  live = queryDatabase(
    { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" },
    "test/db",
  );
});
afterAll(() => d1.close());
beforeEach(() => d1.another());

/** What a backup of this moment has of a table. */
async function backedUp(
  name: string,
): Promise<{ readonly backup: () => AsyncIterable<Page>; readonly beside: () => Promise<TableBeside> }> {
  const schema = await wholeSchema(live);
  const table = dumpedTables("test/db", schema).find((each) => each.name === name);
  if (table === undefined) throw new Error(name);
  const all: Page[] = [];
  for await (const page of pages(live, table)) all.push(page);
  return {
    backup: async function* () {
      yield* all;
    },
    beside: async () => tableBeside(table, schema, await wholeSchema(live), "test/db"),
  };
}
const all = async (sql: string): Promise<readonly unknown[]> =>
  ((await rows(live, [sql]))[0] ?? []).map((row) => Object.values(row));

test("rows that are gone come back, those that were changed stay unless they are to be replaced, and new ones stay in any case", async () => {
  await d1.batch([
    "CREATE TABLE t(id TEXT PRIMARY KEY, n REAL, b BLOB, twice AS (n * 2))",
    "INSERT INTO t VALUES ('a; -- b', 0.1, x'00ff'), ('c', 1, NULL), ('d', 9e999, x''), ('it''s', -1, 'begin')",
  ]);
  const { backup, beside } = await backedUp("t");
  await d1.batch([
    "DELETE FROM t WHERE id IN ('a; -- b', 'd')",
    "UPDATE t SET n = 7 WHERE id = 'c'",
    "INSERT INTO t VALUES ('new', 3, NULL)",
    "ALTER TABLE t ADD COLUMN later TEXT DEFAULT 'x'",
  ]);
  const of = await beside();
  const otherwise = await compared(live, of, backup());
  expect([otherwise.missing.size, otherwise.changed.size, otherwise.added]).toEqual([2, 1, 1]);
  expect(await putBack(live, of, otherwise, backup(), false)).toEqual({
    inserted: 2,
    replaced: 0,
    requests: 1,
  });
  expect(await all("SELECT id, n, hex(b) FROM t ORDER BY id")).toEqual([
    ["a; -- b", 0.1, "00FF"],
    ["c", 7, ""],
    ["d", null, ""],
    ["it's", -1, "626567696E"],
    ["new", 3, ""],
  ]);
  const again = await compared(live, of, backup());
  expect(again.missing.size).toBe(0);
  expect(await putBack(live, of, again, backup(), true)).toEqual({ inserted: 0, replaced: 1, requests: 1 });
  expect(await all("SELECT n FROM t WHERE id = 'c'")).toEqual([[1]]);
  expect((await compared(live, of, backup())).changed.size).toBe(0);
});

test("what somebody writes between the count and the writing is never overwritten", async () => {
  await d1.batch([
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)",
    "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
  ]);
  const { backup, beside } = await backedUp("t");
  await d1.batch(["DELETE FROM t WHERE id < 3", "UPDATE t SET name = 'other' WHERE id = 3"]);
  const of = await beside();
  const otherwise = await compared(live, of, backup());
  await d1.batch(["INSERT INTO t VALUES (2, 'mine')"]);
  await expect(putBack(live, of, otherwise, backup(), true)).rejects.toThrow(
    /none of them was put in[\s\S]*UNIQUE constraint failed: t.id[\s\S]*run it again/,
  );
  expect(await all("SELECT id, name FROM t ORDER BY id")).toEqual([
    [2, "mine"],
    [3, "other"],
  ]);
  const anew = await compared(live, of, backup());
  await d1.batch(["UPDATE t SET name = 'newest' WHERE id = 3"]);
  // Of the two changed rows one was changed once more meanwhile.
  expect(await putBack(live, of, anew, backup(), true)).toEqual({ inserted: 1, replaced: 1, requests: 1 });
  expect(await all("SELECT id, name FROM t ORDER BY id")).toEqual([
    [1, "a"],
    [2, "b"],
    [3, "newest"],
  ]);
});

test("rows whose parents are gone are refused together, with what to put back first", async () => {
  await d1.batch([
    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
    "CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id) ON DELETE CASCADE)",
    "INSERT INTO p VALUES (1), (2)",
    "INSERT INTO c VALUES (10, 1), (20, 2)",
  ]);
  const [parents, children] = [await backedUp("p"), await backedUp("c")];
  await d1.batch(["DELETE FROM p WHERE id = 2", "DELETE FROM c"]);
  const put = async ({ backup, beside }: typeof parents) => {
    const of = await beside();
    const done = await putBack(live, of, await compared(live, of, backup()), backup(), false);
    return [done.inserted, await brokenIn(live, of)];
  };
  await expect(put(children)).rejects.toThrow(/FOREIGN KEY[\s\S]*the table with the parents/);
  expect(await all("SELECT count(*) FROM c")).toEqual([[0]]);
  expect([await put(parents), await put(children)]).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

test("a table without a primary key, one that has lost a column, and a search table are refused before anything is written", async () => {
  await d1.batch([
    "CREATE TABLE nokey(a)",
    "CREATE TABLE narrow(id INTEGER PRIMARY KEY, gone TEXT, kept TEXT)",
    "CREATE VIRTUAL TABLE found USING fts5(text)",
  ]);
  const [nokey, narrow, found] = [await backedUp("nokey"), await backedUp("narrow"), await backedUp("found")];
  await d1.batch(["ALTER TABLE narrow DROP COLUMN gone"]);
  await expect(nokey.beside()).rejects.toThrow(/no primary key/);
  await expect(narrow.beside()).rejects.toThrow(/has lost: gone/);
  await expect(found.beside()).rejects.toThrow(/a virtual table/);
});
