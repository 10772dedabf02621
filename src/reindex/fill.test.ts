import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../migrations/database/database.ts";
import { queryDatabase } from "../migrations/database/transports.ts";
import { openShadow } from "../migrations/shadow/shadow.ts";
import { type WorkerdD1, workerdD1 } from "../migrations/testing/workerd-d1.ts";
import { figuresOf, shortOf } from "./compare.ts";
import { type Filling, type MadeVector, readOnce, readUntilQuiet } from "./fill.ts";
import { openJournal } from "./ledger.ts";
import { checkedSelect } from "./select.ts";

let d1: WorkerdD1;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), "lockstep-fill-"));
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  database = queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "test/db");
});
afterAll(async () => {
  await d1.close();
  rmSync(folder, { recursive: true });
});

const table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body, author TEXT)";
const made = (count: number): string =>
  `WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO notes SELECT i, 'text ' || i, 'ann' FROM n`;
const selection = () => {
  const shadow = openShadow();
  shadow.trusted.exec(table);
  try {
    return checkedSelect("recipe", "SELECT id, body AS text, author FROM notes", shadow.schema());
  } finally {
    shadow.close();
  }
};

/** An index that only remembers which text each vector stands for. */
function indexIn(file: string, onPut: (puts: number) => Promise<void> | void = () => {}) {
  const journal = openJournal(join(folder, file));
  const index = new Map<string, MadeVector>();
  const texts: string[] = [];
  let puts = 0;
  const filling: Filling = {
    ...{ database, selection: selection(), ledger: journal.now, rate: 1_000_000 },
    embed: async (of) => {
      texts.push(...of.map(({ text }) => text));
      return of.map(({ text }) => [text.length]);
    },
    async put(vectors) {
      for (const each of vectors) index.set(each.id, each);
      await onPut(++puts);
    },
    async remove(ids) {
      for (const id of ids) index.delete(id);
    },
    settle: async () => {},
    sleep: async () => {},
    progress: () => {},
  };
  return { journal, index, texts, filling };
}

test("killed behind any page, a reading embeds what is missing, and the page before, of which nobody knows whether it was carried out: every row is in the index", async () => {
  await d1.another();
  await d1.batch([table, made(237)]);
  for (let killAt = 1; killAt <= 3; killAt++) {
    const { journal, index, texts, filling } = indexIn(`${killAt}.sqlite`, (puts) => {
      if (puts === killAt) throw new Error("killed");
    });
    await expect(readOnce(filling)).rejects.toThrow("killed");
    expect(await readOnce(filling)).toMatchObject({ rows: 237 });
    expect(index.size).toBe(237);
    expect(texts.length).toBe(
      237 + [100, 200, 137].reduce((all, twice, i) => (i + 1 === killAt ? twice : all), 0),
    );
    expect(journal.now.count()).toBe(237);
    journal.close();
  }
});

test("what is written while it reads is in the index once a reading finds nothing; a row without a text has no vector", async () => {
  await d1.another();
  await d1.batch([table, made(150), "INSERT INTO notes VALUES (1000, NULL, 'ann'), (1001, '', 'ann')"]);
  const { journal, index, filling } = indexIn("meanwhile.sqlite", async (puts) => {
    if (puts !== 1) return;
    await d1.batch([
      "UPDATE notes SET body = 'altered' WHERE id = 1",
      "UPDATE notes SET author = 'bob' WHERE id = 2",
      "UPDATE notes SET body = NULL WHERE id = 3",
      "DELETE FROM notes WHERE id = 4",
      "INSERT INTO notes VALUES (-1, 'first of all', 'ann')",
    ]);
  });
  const readings = await readUntilQuiet(filling, 6);
  expect(readings).toEqual([
    { rows: 152, embedded: 150, removed: 0, without: 2, such: ["1", "2", "3", "4", "5"] },
    { rows: 152, embedded: 3, removed: 2, without: 3, such: ["-1", "1", "2", "3", "4"] },
    { rows: 152, embedded: 0, removed: 0, without: 3, such: [] },
  ]);
  expect(index.get("1")?.values).toEqual(["altered".length]);
  expect(index.get("2")?.metadata).toEqual({ author: "bob" });
  expect([index.has("3"), index.has("4"), index.has("-1"), index.size]).toEqual([false, false, true, 149]);
  journal.close();
});

test("what went into the one that serves since the switch is what the old one gets on the way back", async () => {
  await d1.another();
  await d1.batch([table, made(5)]);
  const { journal, texts, filling } = indexIn("back.sqlite");
  const job = { recipe: "r", index: "new", ended: false, isBack: false };
  journal.startOver(job);
  await readUntilQuiet(filling, 6);
  journal.keepForBack();
  await d1.batch(["UPDATE notes SET body = 'late' WHERE id = 5", "DELETE FROM notes WHERE id = 1"]);
  await readUntilQuiet(filling, 6);
  texts.length = 0;
  journal.wentBack({ ...job, index: "old" });
  expect(await readOnce(filling)).toMatchObject({ embedded: 1, removed: 1 });
  expect(texts).toEqual(["late"]);
  expect(journal.job()).toEqual({ ...job, index: "old" });
  journal.close();
});

test("a row that Vectorize would not take is named before its page is embedded, and so is a journal that cannot be written, or is none", async () => {
  for (const [row, said] of [
    ["(1, x'00', 'ann')", /row "1", column text[\s\S]*a blob/],
    ["(1, 5, 'ann')", /row "1", column text[\s\S]*number/],
    [`(1, 'text', '${"x".repeat(11_000)}')`, /row "1", columns author[\s\S]*10240 bytes at most/],
  ] as const) {
    await d1.another();
    await d1.batch([table, `INSERT INTO notes VALUES ${row}`]);
    const { journal, index, filling } = indexIn("bad.sqlite");
    await expect(readOnce(filling)).rejects.toThrow(said);
    expect(index.size).toBe(0);
    journal.close();
  }
  const held = openJournal(join(folder, "held.sqlite"));
  const other = new DatabaseSync(join(folder, "held.sqlite"));
  other.exec("BEGIN EXCLUSIVE");
  expect(() => held.now.settled([])).toThrow(/cannot be written down[\s\S]*held\.sqlite[\s\S]*locked/);
  other.close();
  held.close();
  writeFileSync(join(folder, "none.sqlite"), "x".repeat(2_000));
  expect(() => openJournal(join(folder, "none.sqlite"))).toThrow(/cannot be read[\s\S]*none\.sqlite/);
});

test("figures are shares of the samples, and each that falls short is named with its option", async () => {
  const samples = ["a", "b", "c", "d"].map((id) => ({ id, values: [id.charCodeAt(0)] }));
  const near =
    (wrong: string) =>
    async ([code]: readonly number[]) => {
      const id = String.fromCharCode(code ?? 0);
      return id === wrong ? [] : [id, "z"];
    };
  const figures = await figuresOf(samples, 2, near("b"), near("c"));
  expect(figures).toEqual({ samples: 4, top: 2, answered: 0.75, foundThemselves: 0.75, overlap: 4 / 6 });
  const least = { leastAnswered: 1, leastFound: 0.7, leastOverlap: 0.8, mostMissing: 0 };
  expect(shortOf(figures, 3, least, true)).toEqual([
    "sample queries that find something: 75.0 %, and at least 100.0 % is wanted (--least-answered)",
    "what both find: 66.7 %, and at least 80.0 % is wanted (--least-overlap)",
    "vectors of the old index that no row makes: 3, and 0 at most are let go (--most-missing)",
  ]);
  expect(shortOf(figures, undefined, { ...least, leastAnswered: 0.7 }, false)).toEqual([]);
  expect(await figuresOf([], 5, near("b"), undefined)).toMatchObject({ answered: 1, overlap: undefined });
});
