import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../migrations/database/database.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import { type WorkerdD1, workerdD1 } from "../../migrations/testing/workerd-d1.ts";
import { differencesOf, type Expected } from "./compare.ts";
import { newCounting } from "./counting.ts";
import { dumpedTables } from "./dumped-tables.ts";
import { fill } from "./fill.ts";
import type { Page } from "./pages/page.ts";
import { pageLine } from "./pages/page-line.ts";
import { pages } from "./pages/pages.ts";
import { sequences, wholeSchema } from "./schema.ts";

let d1: WorkerdD1;
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  database = queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "test/db");
});
afterAll(() => d1.close());
beforeEach(() => d1.another());

async function read(): Promise<Expected> {
  const schema = await wholeSchema(database);
  const tables = dumpedTables("test/db", schema);
  const all: Page[] = [];
  const counted = [];
  for (const table of tables.filter(({ content }) => content.kind === "rows")) {
    const counting = newCounting(table);
    for await (const page of pages(database, table)) {
      counting.add(page);
      // As a file of a backup has them.
      all.push({ table, rows: JSON.parse(Buffer.from(pageLine(page)).toString()).rows });
    }
    counted.push(counting.end());
  }
  return {
    counted,
    schema,
    tables,
    sequences: await sequences(database, schema),
    pages: async function* () {
      yield* all;
    },
  };
}

/** workerd takes triggers whole: its own binding has no splitter. */
const makeTriggers = async (statements: readonly string[]) => {
  await d1.batch(statements);
  return { kind: "done", value: undefined } as const;
};

const restored = async (source: string): Promise<readonly string[]> => {
  const expected = await read();
  await d1.another();
  await fill(database, { ...expected, source }, { makeTriggers });
  // By the digests alone, and row by row.
  const closed = (): never => {
    throw new Error("rows that have the digest are compared one by one");
  };
  expect(await differencesOf(database, { ...expected, pages: closed })).toEqual([]);
  return differencesOf(database, { ...expected, counted: [] });
};

test("every type of value comes back as it was, byte by byte", async () => {
  await d1.batch([
    "CREATE TABLE v(a, b INTEGER, c REAL, d TEXT, e BLOB)",
    "INSERT INTO v VALUES (9223372036854775807, -9223372036854775808, 0.1, 'it''s', x'00ff27')",
    "INSERT INTO v VALUES (9007199254740993, NULL, 1e308, 'a;b -- begin CASE end; /* x */', x'')",
    "INSERT INTO v VALUES (CAST(x'6100620a' AS TEXT), 1, 9e999, '', zeroblob(10))",
    "INSERT INTO v VALUES ('1', 1, -1.7976931348623157e308, char(13,10,0,65279), NULL)",
    "INSERT INTO v VALUES (1.0, 1, 5e-324, '漢字 🎉 \\ \"', x'80')",
    "INSERT INTO v VALUES (CAST(x'ff41' AS TEXT), 1, 0.30000000000000004, char(65533), NULL)",
    "INSERT INTO v(rowid, a) VALUES (-5, 'before'), (9007199254740993, 'behind')",
    "CREATE TABLE plain(a TEXT)",
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO plain SELECT 'é漢🎉 line' || i FROM n",
    "CREATE TABLE ended(a TEXT)",
    "INSERT INTO ended VALUES ('its own' || char(30) || 'end'), ('?'), (char(30) || '?1'), (char(92) || 'u001e'), (char(10, 13, 34))",
  ]);
  const before = await d1.batch([
    "SELECT rowid AS r, hex(a) AS a, typeof(a) AS ta, hex(d) AS d, hex(e) AS e, typeof(e) AS te FROM v",
  ]);
  expect(await restored("values")).toEqual([]);
  expect(
    await d1.batch([
      "SELECT rowid AS r, hex(a) AS a, typeof(a) AS ta, hex(d) AS d, hex(e) AS e, typeof(e) AS te FROM v",
    ]),
  ).toEqual(before);
});

test("a page that is more than D1 takes as one value is asked for again, with fewer rows", async () => {
  await d1.batch([
    "CREATE TABLE long(id INTEGER PRIMARY KEY, a TEXT)",
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO long SELECT i, hex(zeroblob(60000)) FROM n",
  ]);
  const [table] = dumpedTables("test/db", await wholeSchema(database));
  const { long } = database;
  if (table === undefined || long === undefined) throw new Error("there is a table, and bytes of its pages");
  const refused: string[] = [];
  const watched: Database = {
    ...database,
    long: async (...question) => {
      const outcome = await long(...question);
      if (outcome.kind === "refused") refused.push(outcome.message);
      return outcome;
    },
  };
  const ids: string[] = [];
  for await (const page of pages(watched, table))
    ids.push(...page.rows.map((row) => row.split(",")[0] ?? ""));
  expect(ids).toEqual(Array.from({ length: 50 }, (_, i) => String(i + 1)));
  expect(refused).toEqual([expect.stringContaining("too big")]);
});

test("rows with long values, and tables of a hundred columns, are read and written in pieces", async () => {
  const columns = Array.from({ length: 99 }, (_, i) => `c${i} TEXT`);
  await d1.batch([
    "CREATE TABLE big(id TEXT PRIMARY KEY, t TEXT NOT NULL CHECK (length(t) > 3), b BLOB) WITHOUT ROWID",
    "INSERT INTO big VALUES ('a', replace(hex(zeroblob(80000)), '0', 'x;'), randomblob(300000))",
    "INSERT INTO big VALUES ('b', replace(hex(zeroblob(60000)), '0', ''''), NULL)",
    `CREATE TABLE wide(id INTEGER PRIMARY KEY, ${columns.join(", ")})`,
    `INSERT INTO wide SELECT 1, ${columns.map(() => "replace(hex(zeroblob(900)), '0', 'y')").join(", ")}`,
  ]);
  expect(await restored("big")).toEqual([]);
});

test("circles of foreign keys, generated columns, search tables, triggers, views and counters come back", async () => {
  await d1.batch([
    "CREATE TABLE person(id INTEGER PRIMARY KEY AUTOINCREMENT, boss INTEGER REFERENCES person(id), team INTEGER REFERENCES team(id), name TEXT, upper TEXT AS (upper(name)))",
    "CREATE TABLE team(id INTEGER PRIMARY KEY, lead INTEGER NOT NULL REFERENCES person(id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE note(id INTEGER PRIMARY KEY, by TEXT REFERENCES account(email), text TEXT)",
    "CREATE TABLE account(id INTEGER PRIMARY KEY, email TEXT, person INTEGER NOT NULL REFERENCES person)",
    "CREATE UNIQUE INDEX account_email ON account(email)",
    "CREATE INDEX note_by ON note(by)",
    "CREATE VIRTUAL TABLE words USING fts5(text, content='note', content_rowid='id')",
    "CREATE VIRTUAL TABLE own USING fts5(title, body)",
    "CREATE VIEW lead AS SELECT name FROM person JOIN team ON lead = person.id",
    "INSERT INTO person(id, boss, name) VALUES (1, 2, 'a'), (2, NULL, 'b'), (3, 1, 'c'), (900, NULL, 'gone')",
    "DELETE FROM person WHERE id = 900",
    "INSERT INTO team VALUES (7, 3)",
    "UPDATE person SET team = 7",
    "INSERT INTO account VALUES (1, 'x@y', 1)",
    "INSERT INTO note VALUES (1, 'x@y', 'lost and found')",
    "INSERT INTO words(words) VALUES ('rebuild')",
    "INSERT INTO own(rowid, title, body) VALUES (5, 'one', 'two three')",
    "CREATE TRIGGER noted AFTER INSERT ON note BEGIN INSERT INTO words(rowid, text) VALUES (new.id, CASE WHEN new.text IS NULL THEN '' ELSE new.text END); END",
  ]);
  expect(await restored("circles")).toEqual([]);
  const [found, hits, next] = await d1.batch([
    "SELECT rowid FROM words WHERE words MATCH 'found'",
    "SELECT rowid FROM own WHERE own MATCH 'three'",
    "INSERT INTO person(name) VALUES ('new') RETURNING id",
  ]);
  expect([found, hits, next]).toEqual([[{ rowid: 1 }], [{ rowid: 5 }], [{ id: 901 }]]);
});

test("one changed value, one row less and one row more are each found and named", async () => {
  await d1.batch(["CREATE TABLE t(id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"]);
  const expected = await read();
  await d1.batch(["UPDATE t SET a = 'z' WHERE id = 2"]);
  expect(await differencesOf(database, expected)).toEqual(['table t: row 2 differs in "a"']);
  await d1.batch(["UPDATE t SET a = 'y' WHERE id = 2", "INSERT INTO t VALUES (3, 1)"]);
  expect(await differencesOf(database, expected)).toEqual(["table t: there are more rows than 2"]);
  await d1.batch(["DELETE FROM t WHERE id > 1", "CREATE INDEX i ON t(a)"]);
  expect(await differencesOf(database, expected)).toEqual([
    "index i is too much",
    "the fingerprint of the schema is another",
    "table t: row 2 and those behind it are missing",
  ]);
});

test("a restore that was killed goes on where it ended, and one of another backup is left alone", async () => {
  await d1.batch([
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)",
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT i, hex(randomblob(400)) FROM n",
  ]);
  const expected = await read();
  await d1.another();
  for (let killAfter = 1; ; killAfter++) {
    let requests = 0;
    const killed: Database = {
      ...database,
      run: async (statements) => {
        if (requests++ >= killAfter) throw new Error("killed");
        return database.run(statements);
      },
    };
    const ended = await fill(killed, { ...expected, source: "one" }, { makeTriggers }).then(
      () => true,
      (error: Error) => {
        if (error.message !== "killed") throw error;
        return false;
      },
    );
    if (ended) break;
    if (killAfter === 1) continue;
    await expect(fill(database, { ...expected, source: "two" }, { makeTriggers })).rejects.toThrow(
      "Half of another backup",
    );
    if (killAfter > 20) throw new Error("it does not get on");
  }
  expect(await differencesOf(database, expected)).toEqual([]);
  await expect(fill(database, { ...expected, source: "one" }, { makeTriggers })).rejects.toThrow(
    "into an empty database only",
  );
});

test("an answer that was lost is no row twice", async () => {
  await d1.batch(["CREATE TABLE t(a)", "INSERT INTO t VALUES (1), (2), (1)"]);
  const expected = await read();
  await d1.another();
  let turn = 0;
  const lossy: Database = {
    ...database,
    sleep: async () => {},
    run: async (statements) => {
      const outcome = await database.run(statements);
      return turn++ % 2 === 1 && outcome.kind === "done" ? { kind: "unknown", message: "cut" } : outcome;
    },
  };
  await fill(lossy, { ...expected, source: "one" }, { makeTriggers }).catch(() => {});
  await fill(database, { ...expected, source: "one" }, { makeTriggers }).catch(() => {});
  expect(await differencesOf(database, expected)).toEqual([]);
});
