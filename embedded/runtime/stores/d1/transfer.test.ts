import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SqlError, type Stores } from "../../stores.ts";
import { importKey } from "../object-file.ts";
import { startStores } from "../start.ts";

let dataDir: string;
let stores: Stores;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lockstep-transfer-"));
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

test("an import takes what /query refuses, and a missing last semicolon", async () => {
  const sql =
    "CREATE TABLE t(a);\r\nCREATE TRIGGER x AFTER INSERT ON t\r\nbegin\r\n UPDATE t SET a = CASE WHEN a = 1 THEN 'one' ELSE a END;\r\nend;\r\nINSERT INTO t VALUES (1);\nSELECT 1 -- the end";
  expect(await stores.d1.import("plain", sql)).toMatchObject({
    statements: 4,
    meta: { changed_db: true, rows_written: expect.any(Number) },
  });
  expect(await run("plain", "SELECT a FROM t")).toEqual([{ a: "one" }]);
  expect((await stores.d1.import("plain", "-- nothing\n")).statements).toBe(0);
});

test("a failed import leaves the database as it was", async () => {
  await run("failed", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
  await expect(
    stores.d1.import("failed", "DROP TABLE t; CREATE TABLE u(a); INSERT INTO nowhere VALUES (1);"),
  ).rejects.toThrow(new SqlError("no such table: nowhere: SQLITE_ERROR"));
  await expect(stores.d1.import("failed", "BEGIN; DELETE FROM t; COMMIT;")).rejects.toThrow(
    "please use the state.storage.transaction()",
  );
  await expect(stores.d1.import("failed", `INSERT INTO t VALUES ('${"x".repeat(100_001)}')`)).rejects.toThrow(
    "statement too long: SQLITE_TOOBIG",
  );
  expect(await run("failed", "SELECT a FROM t")).toEqual([{ a: 1 }]);
  expect(
    readdirSync(join(dataDir, "stores", "do", importKey)).filter((name) => !name.startsWith("metadata")),
  ).toEqual([]);
});

test("an import is not one transaction: foreign_keys = OFF has its effect", async () => {
  await run(
    "fk",
    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
    "CREATE TABLE c(p INT REFERENCES p(id) ON DELETE CASCADE)",
    "INSERT INTO p VALUES (1)",
    "INSERT INTO c VALUES (1)",
  );
  await stores.d1.import(
    "fk",
    "PRAGMA foreign_keys = OFF; DROP TABLE p; CREATE TABLE p(id INTEGER PRIMARY KEY, z);",
  );
  expect(await run("fk", "SELECT count(*) AS n FROM c")).toEqual([{ n: 1 }]);
  await expect(run("fk", "INSERT INTO c VALUES (7)")).rejects.toThrow("FOREIGN KEY constraint failed");
});

test("the database answers nobody else while an import runs", async () => {
  await run("busy", "CREATE TABLE t(a)");
  const many =
    "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60000) SELECT hex(randomblob(50)) FROM n;".repeat(
      3,
    );
  const importing = stores.d1.import("busy", many);
  const told = new Set<string>();
  let running = true;
  const asking = (async () => {
    while (running) await run("busy", "SELECT 1").catch((error: Error) => told.add(error.message));
  })();
  await importing;
  running = false;
  await asking;
  expect([...told]).toEqual(["Currently processing a long-running import."]);
  expect(await run("busy", "SELECT count(*) AS n FROM t")).toEqual([{ n: 180_000 }]);
});

test("what is exported can be imported again", async () => {
  const values = `(1, 'a''b', x'00ff', NULL), (2, 'line\nbreak', 1.5, -9007199254740991)`;
  await run(
    "from",
    `CREATE TABLE "odd ""name"(id INTEGER PRIMARY KEY AUTOINCREMENT, a, b, c)`,
    `INSERT INTO "odd ""name" VALUES ${values}`,
    `CREATE INDEX i ON "odd ""name"(a)`,
    "CREATE TABLE other(x)",
  );
  const sql = await stores.d1.export("from", { schema: true, data: true, tables: [] });
  await stores.d1.import("to", sql);
  expect(await run("to", `SELECT * FROM "odd ""name"`)).toEqual(
    await run("from", `SELECT * FROM "odd ""name"`),
  );
  const part = await stores.d1.export("from", { schema: true, data: false, tables: ["other"] });
  expect(part).toBe("PRAGMA defer_foreign_keys=TRUE;\nCREATE TABLE other(x);\n");
  expect(await stores.d1.export("from", { schema: false, data: true, tables: ["other"] })).not.toContain(
    "CREATE",
  );
  await run("virtual", "CREATE VIRTUAL TABLE f USING fts5(x)");
  await expect(stores.d1.export("virtual", { schema: true, data: true, tables: [] })).rejects.toThrow(
    "cannot export databases with Virtual Tables",
  );
  expect(await run("virtual", "SELECT count(*) AS n FROM f")).toEqual([{ n: 0 }]);
  expect(existsSync(join(dataDir, "stores"))).toBe(true);
});
