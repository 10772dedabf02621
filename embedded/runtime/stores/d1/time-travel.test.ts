import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Stores } from "../../stores.ts";
import { startStores } from "../start.ts";
import { BookmarkUnknown } from "./time-travel.ts";

let dataDir: string;
let stores: Stores;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lockstep-travel-"));
  stores = await startStores({ dataDir, log: () => {} });
});
afterAll(async () => {
  await stores.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const run = async (id: string, ...sql: string[]) =>
  (
    await stores.d1.batch(
      id,
      sql.map((text) => ({ sql: text, params: [] })),
    )
  ).at(-1)?.results;
const rows = (id: string) => run(id, "SELECT group_concat(a) AS rows FROM t").then((r) => r?.[0]?.["rows"]);

test("bookmarks sort by time, and an unchanged database keeps its own", async () => {
  const bookmarks = [await stores.d1.bookmark("sorted")];
  await run("sorted", "CREATE TABLE t(a)");
  for (let n = 0; n < 5; n++) {
    await run("sorted", `INSERT INTO t VALUES (${n})`);
    bookmarks.push(await stores.d1.bookmark("sorted"));
    await run("sorted", "SELECT a FROM t");
    expect(await stores.d1.bookmark("sorted")).toBe(bookmarks.at(-1));
  }
  expect(new Set(bookmarks).size).toBe(6);
  expect([...bookmarks].sort()).toEqual(bookmarks);
  for (const bookmark of bookmarks)
    expect(bookmark).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/);
});

test("a restore goes back, and can itself be undone, as often as one likes", async () => {
  const empty = await stores.d1.bookmark("undo");
  await run("undo", "CREATE TABLE t(a)", "INSERT INTO t VALUES ('one')");
  const one = await stores.d1.bookmark("undo");
  await run("undo", "INSERT INTO t VALUES ('two')", "CREATE TABLE extra(x)");
  const { bookmark, previousBookmark } = await stores.d1.restore("undo", one);
  expect(await rows("undo")).toBe("one");
  expect(await stores.d1.bookmark("undo")).toBe(bookmark);
  await expect(run("undo", "SELECT * FROM extra")).rejects.toThrow("no such table");
  await run("undo", "INSERT INTO t VALUES ('other')");
  await stores.d1.restore("undo", previousBookmark);
  expect(await rows("undo")).toBe("one,two");
  await stores.d1.restore("undo", empty);
  await expect(rows("undo")).rejects.toThrow("no such table: t");
  await stores.d1.restore("undo", one);
  expect(await rows("undo")).toBe("one");
});

test("an unknown bookmark is refused and changes nothing, whatever it looks like", async () => {
  await run("known", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
  const foreign = await stores.d1.bookmark("known");
  await run("stranger", "CREATE TABLE t(a)", "INSERT INTO t VALUES (2)");
  for (const bookmark of [foreign, "", "../../state", "0".repeat(8)])
    await expect(stores.d1.restore("stranger", bookmark)).rejects.toThrow(BookmarkUnknown);
  expect(await rows("stranger")).toBe("2");
});

test("implicit rowids survive a restore", async () => {
  await run(
    "rowids",
    "CREATE TABLE t(a)",
    "INSERT INTO t VALUES ('x'), ('y'), ('z')",
    "DELETE FROM t WHERE a = 'x'",
  );
  const bookmark = await stores.d1.bookmark("rowids");
  await run("rowids", "DELETE FROM t");
  await stores.d1.restore("rowids", bookmark);
  expect(await run("rowids", "SELECT rowid AS id, a FROM t")).toEqual([
    { id: 2, a: "y" },
    { id: 3, a: "z" },
  ]);
});

test("a timestamp means the latest state not after it", async () => {
  const born = Date.now();
  await sleep(5);
  await run("stamps", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
  const first = await stores.d1.bookmark("stamps");
  const afterFirst = Date.now();
  await sleep(20);
  await run("stamps", "INSERT INTO t VALUES (2)");
  const second = await stores.d1.bookmark("stamps");
  await sleep(5);
  expect(await stores.d1.bookmark("stamps", afterFirst)).toBe(first);
  expect(await stores.d1.bookmark("stamps", Date.now())).toBe(second);
  await stores.d1.restore("stamps", await stores.d1.bookmark("stamps", born));
  await expect(rows("stamps")).rejects.toThrow("no such table: t");
});

test("a timestamp never means a state with later writes, also when one comes while a state is being kept", async () => {
  await run("busy", "CREATE TABLE t(at INTEGER)");
  await run("busy", `INSERT INTO t VALUES (${Date.now()})`);
  for (let i = 0; i < 60; i += 1) {
    await sleep(3);
    const keeping = stores.d1.bookmark("busy");
    await sleep(i % 6);
    const atMs = Date.now();
    await run("busy", `INSERT INTO t VALUES (${atMs})`);
    await keeping;
    const bookmark = await stores.d1.bookmark("busy", atMs - 1).catch((error: unknown) => {
      if (error instanceof BookmarkUnknown) return ""; // said as it is: no state of that moment was kept
      throw error;
    });
    const file = join(dataDir, "snapshots", "busy", `${bookmark}.sqlite`);
    if (!existsSync(file)) continue;
    const kept = new DatabaseSync(file, { readOnly: true });
    expect(Number(kept.prepare("SELECT max(at) AS at FROM t").get()?.["at"])).toBeLessThan(atMs);
    kept.close();
  }
});

test("a timestamp before a restore means the state before it", async () => {
  await run("before", "CREATE TABLE t(a)", "INSERT INTO t VALUES ('old')");
  const old = await stores.d1.bookmark("before");
  await run("before", "UPDATE t SET a = 'new'");
  await sleep(5);
  const whenNew = Date.now();
  await sleep(20);
  const { bookmark, previousBookmark } = await stores.d1.restore("before", old);
  expect(await stores.d1.bookmark("before", whenNew)).toBe(previousBookmark);
  expect(await stores.d1.bookmark("before", Date.now())).toBe(bookmark);
});

test("a bookmark asked for right after a restore under load holds all that was acknowledged", async () => {
  await run("right", "CREATE TABLE t(a)");
  const empty = await stores.d1.bookmark("right");
  for (let round = 0; round < 10; round++) {
    const waiting = stores.d1.restore("right", empty);
    const writes = [1, 2, 3].map(() => run("right", "INSERT INTO t VALUES (1)"));
    await Promise.all([waiting, ...writes]);
    const there = await run("right", "SELECT count(*) AS n FROM t");
    const bookmark = await stores.d1.bookmark("right");
    await run("right", "DELETE FROM t");
    await stores.d1.restore("right", bookmark);
    expect(await run("right", "SELECT count(*) AS n FROM t")).toEqual(there);
  }
});

test("a change is kept for timestamps without anybody asking", async () => {
  await run("quiet", "CREATE TABLE t(a)", "INSERT INTO t VALUES ('good')");
  const ledger = new DatabaseSync(join(dataDir, "stores", "ledger.sqlite"), { readOnly: true });
  const listed = ledger.prepare("SELECT bookmark FROM snapshots WHERE database = 'quiet'");
  await expect.poll(() => listed.all()).not.toEqual([]);
  ledger.close();
  const good = Date.now();
  await sleep(5);
  await run("quiet", "UPDATE t SET a = 'bad'");
  await stores.d1.restore("quiet", await stores.d1.bookmark("quiet", good));
  expect(await rows("quiet")).toBe("good");
});

test("restores under load lose nothing but what they take back", async () => {
  await run("load", "CREATE TABLE t(a)");
  const empty = await stores.d1.bookmark("load");
  let running = true;
  let next = 0;
  let acknowledged: number[] = [];
  const refused: string[] = [];
  const writers = [1, 2, 3].map(async () => {
    while (running) {
      const n = next++;
      await run("load", `INSERT INTO t VALUES (${n})`).then(
        () => acknowledged.push(n),
        (error: Error) => refused.push(error.message),
      );
    }
  });
  const present = async () => new Set((await run("load", "SELECT a FROM t"))?.map((row) => Number(row["a"])));
  let before = new Set<number>();
  let seen = 0;
  for (let round = 0; round < 8; round++) {
    acknowledged = [];
    await expect.poll(() => acknowledged.length, { interval: 10 }).toBeGreaterThanOrEqual(4);
    const owed = [...before, ...acknowledged];
    const { previousBookmark } = await stores.d1.restore("load", empty);
    await stores.d1.restore("load", previousBookmark); // and back: what was acknowledged before is there again
    before = await present();
    expect(owed.filter((n) => !before.has(n))).toEqual([]);
    seen += owed.length;
  }
  running = false;
  await Promise.all(writers);
  expect(refused).toEqual([]);
  expect(seen).toBeGreaterThan(50);
  expect(await run("load", "PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
});

test("everything is still there after a restart", async () => {
  await run("restart", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
  const bookmark = await stores.d1.bookmark("restart");
  await run("restart", "INSERT INTO t VALUES (2)");
  const { previousBookmark } = await stores.d1.restore("restart", bookmark);
  await stores.close();
  stores = await startStores({ dataDir, log: () => {} });
  expect(await rows("restart")).toBe("1");
  await stores.d1.restore("restart", previousBookmark);
  expect(await rows("restart")).toBe("1,2");
});
