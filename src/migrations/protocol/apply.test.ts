import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, rows } from "../database/database.ts";
import { readSnapshot } from "../database/snapshot.ts";
import { queryDatabase } from "../database/transports.ts";
import type { ApplicableFile } from "../files/applicable-file.ts";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { type ApplyOptions, apply } from "./apply.ts";
import { takeLease } from "./lease.ts";

let d1: WorkerdD1;
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  database = {
    ...queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "test/db"),
    bookmark: async () => ({ kind: "done", value: "00000001-bookmark" }),
    sleep: async () => {},
  };
});
beforeEach(() => d1.another());
afterAll(() => d1.close());

const file = (
  name: string,
  statements: readonly string[],
  more: Partial<ApplicableFile> = {},
): ApplicableFile => ({
  name,
  checksum: `sha256:${createHash("sha256").update(statements.join()).digest("hex")}`,
  chain: "chain",
  phase: "expand",
  transport: "query",
  statements,
  verify: [],
  preconditions: [],
  waivers: [],
  overrides: [],
  ...more,
});

/** What another hand does between a runner's plan and its request. */
const replanned = (
  files: readonly ApplicableFile[],
  meanwhile: readonly string[],
): Pick<ApplyOptions, "replan"> => ({
  replan: async () => {
    const snapshot = await readSnapshot(database);
    await d1.batch([...meanwhile]);
    return { ...snapshot, files: files.filter(({ name }) => !snapshot.ledger.includes(name)) };
  },
});

const run = (files: readonly ApplicableFile[], more: Partial<ApplyOptions> = {}): ReturnType<typeof apply> =>
  apply({
    database,
    replan: async () => {
      const snapshot = await readSnapshot(database);
      return { ...snapshot, files: files.filter(({ name }) => !snapshot.ledger.includes(name)) };
    },
    fingerprint: (schema) => createHash("sha256").update(JSON.stringify(schema)).digest("hex"),
    note: "a test",
    tool: "test",
    actor: "somebody",
    uuid: () => crypto.randomUUID(),
    ...more,
  });

const tableNames = async (): Promise<unknown[]> => {
  const [found] = await rows(database, [
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT IN ('d1_migrations', 'sqlite_sequence') ORDER BY name",
  ]);
  return (found ?? []).map((row) => row["name"]);
};

const first = file("0001_a.sql", ["CREATE TABLE a(x)", "INSERT INTO a VALUES (1)"]);
const second = file("0002_b.sql", ["CREATE TABLE b(x)"]);

test("files are applied in order, once, each with a log row that names what it rested on", async () => {
  expect((await run([first, second])).map(({ name, byThisRun }) => [name, byThisRun])).toEqual([
    ["0001_a.sql", true],
    ["0002_b.sql", true],
  ]);
  expect(await run([first, second])).toEqual([]);
  const [log, ledger, text] = await rows(database, [
    "SELECT name, checksum, bookmark_before, schema_before IS NOT NULL AND schema_after IS NOT NULL AS both, actor FROM _mig_log ORDER BY name",
    "SELECT name FROM d1_migrations ORDER BY id",
    "SELECT sql FROM sqlite_schema WHERE name = 'd1_migrations'",
  ]);
  expect(log).toEqual([
    {
      name: "0001_a.sql",
      checksum: first.checksum,
      bookmark_before: "00000001-bookmark",
      both: 1,
      actor: "somebody",
    },
    {
      name: "0002_b.sql",
      checksum: second.checksum,
      bookmark_before: "00000001-bookmark",
      both: 1,
      actor: "somebody",
    },
  ]);
  expect(ledger?.map((row) => row["name"])).toEqual(["0001_a.sql", "0002_b.sql"]);
  expect(text?.[0]?.["sql"]).toBe(ledgerTable.replace("IF NOT EXISTS ", "").replace(/;$/, ""));
});

test("a failing verification takes the whole file back, its tables too", async () => {
  const wrong = file("0002_b.sql", ["CREATE TABLE b(x)"], {
    verify: [{ label: "b has a row", sql: "SELECT count(*) > 0 FROM b" }],
  });
  await expect(run([first, wrong])).rejects.toThrow(/verify: b has a row[\s\S]*just db rehearse/);
  expect(await tableNames()).toEqual(["a"]);
});

test("a precondition that does not hold stops the file before its first statement", async () => {
  const drop = file("0002_drop.sql", ["DROP TABLE a"], {
    preconditions: [{ label: "a is not empty", condition: "NOT EXISTS (SELECT 1 FROM a)" }],
  });
  await expect(run([first, drop])).rejects.toThrow(/a is not empty/);
  expect(await tableNames()).toEqual(["a"]);
});

test("a dangling foreign key takes the file back even when it switches the check off", async () => {
  const dangling = file("0001_fk.sql", [
    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
    "CREATE TABLE c(p INTEGER REFERENCES p(id))",
    "PRAGMA defer_foreign_keys = ON",
    "INSERT INTO c VALUES (7)",
    "PRAGMA defer_foreign_keys = OFF",
  ]);
  await expect(run([dangling])).rejects.toThrow(/foreign keys are violated/);
  expect(await tableNames()).toEqual([]);
});

test("a schema that drifts between the plan and the request is noticed inside the transaction", async () => {
  await run([first]);
  await expect(run([first, second], replanned([first, second], ["CREATE TABLE drift(x)"]))).rejects.toThrow(
    /schema drifted/,
  );
  expect(await tableNames()).toEqual(["a", "drift"]);
});

test("a ledger that another tool moved meanwhile is noticed inside the transaction", async () => {
  await run([first]);
  const other = ["INSERT INTO d1_migrations(name) VALUES ('0009_other.sql')"];
  await expect(run([first, second], replanned([first, second], other))).rejects.toThrow(
    /ledger is not the planned prefix/,
  );
});

test("a runner whose lease was taken does nothing any more", async () => {
  await run([first]);
  const robbed: Database = {
    ...database,
    bookmark: async () => {
      await d1.batch(["UPDATE _mig_lock SET expires_at = 0 WHERE id = 1", takeLease("a rival", "the rival")]);
      return database.bookmark();
    },
  };
  await expect(run([first, second], { database: robbed })).rejects.toThrow(/lease was lost/);
  expect(await tableNames()).toEqual(["a"]);
});

test("a runner that stood still until its lease ran out goes on when nobody else came", async () => {
  await run([first]);
  const slept: Database = {
    ...database,
    bookmark: async () => {
      await d1.batch(["UPDATE _mig_lock SET expires_at = unixepoch() - 600 WHERE id = 1"]);
      return database.bookmark();
    },
  };
  expect((await run([first, second], { database: slept })).map(({ name }) => name)).toEqual(["0002_b.sql"]);
  expect(await tableNames()).toEqual(["a", "b"]);
});

test("what another hand changes right after a file is drift, and neither that file's nor the next one's doing", async () => {
  const after = async (sql: string): Promise<Database> => {
    let done = false;
    return {
      ...database,
      run: async (statements) => {
        const outcome = await database.run(statements);
        if (!done && statements[0]?.startsWith('INSERT INTO "d1_migrations"') === true) {
          done = true;
          await d1.batch([sql]);
        }
        return outcome;
      },
    };
  };
  const changed = run([first, second], { database: await after("CREATE TABLE hand(x)") });
  await expect(changed).rejects.toThrow(/schema drifted since the plan/);
  expect(await tableNames()).toEqual(["a", "hand"]);
  const [schemas] = await rows(database, ["SELECT schema_after FROM _mig_log"]);
  await d1.another();
  await run([first]);
  expect((await rows(database, ["SELECT schema_after FROM _mig_log"]))[0]).toEqual(schemas);
});

test("also when the file's answer was lost: the plan's word for what it leaves stays in the log", async () => {
  await run([first]);
  const [left] = await rows(database, ["SELECT schema_after FROM _mig_log"]);
  await d1.another();
  const planned = { ...first, schemaAfter: String(left?.[0]?.["schema_after"]) };
  let lost = false;
  const broken: Database = {
    ...database,
    run: async (statements) => {
      const outcome = await database.run(statements);
      if (lost || statements[0]?.startsWith('INSERT INTO "d1_migrations"') !== true) return outcome;
      lost = true;
      await d1.batch(["CREATE TABLE hand(x)"]);
      return { kind: "unknown", message: "the answer was lost" };
    },
  };
  await expect(run([planned, second], { database: broken })).rejects.toThrow(
    /schema is another than 0001_a\.sql leaves[\s\S]*run the preview again/,
  );
  expect((await rows(database, ["SELECT schema_after FROM _mig_log"]))[0]).toEqual(left);
  expect(await tableNames()).toEqual(["a", "hand"]);
});

test("while the lease is held, the message says by whom and for how long", async () => {
  await run([first]);
  await d1.batch([takeLease("x", "stack prod, run 17")]);
  await expect(run([first, second])).rejects.toThrow(/held by stack prod, run 17 for 1?\d?\d s more/);
});

test("a large schema is guarded in several statements, each below D1's limit", async () => {
  const many = Array.from(
    { length: 60 },
    (_, i) =>
      `CREATE TABLE wide${i}(${Array.from({ length: 60 }, (_, c) => `column_number_${c} TEXT`).join(", ")})`,
  );
  const done = await run([file("0001_many.sql", many), second]);
  expect(done).toHaveLength(2);
});

test("a schema too large to be sent along is guarded by what it counts and measures", async () => {
  const wide = (i: number): string =>
    `CREATE TABLE wide${i}(${Array.from({ length: 90 }, (_, c) => `column_number_${c}_ä TEXT`).join(", ")})`;
  const many = file(
    "0001_many.sql",
    Array.from({ length: 110 }, (_, i) => wide(i)),
  );
  expect(await run([many])).toHaveLength(1);
  const renaming = ["ALTER TABLE wide7 RENAME COLUMN column_number_1_ä TO column_number_1_other"];
  await expect(run([many, second], replanned([many, second], renaming))).rejects.toThrow(/schema drifted/);
  expect((await run([many, second])).map(({ name }) => name)).toEqual(["0002_b.sql"]);
});
