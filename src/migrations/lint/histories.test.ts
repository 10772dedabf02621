import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { unplaced } from "../../diagnostic/place.ts";
import { inPlace } from "../../diagnostic/sentence.ts";
import { infer } from "../apply/baseline.ts";
import type { Database } from "../database/database.ts";
import { readSnapshot } from "../database/snapshot.ts";
import { queryDatabase } from "../database/transports.ts";
import { readChain } from "../files/chain.ts";
import { readFolder } from "../files/reading.ts";
import { draftPlan, offlinePlan } from "../plan/plan.ts";
import { replayed } from "../plan/replayed.ts";
import { ledgerTable } from "../sql/ledger-tables.ts";
import { split } from "../sql/split.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { lintFolder } from "./lint-folder.ts";

let d1: WorkerdD1;
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  database = {
    ...queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "test/db"),
    sleep: async () => {},
  };
});
beforeEach(() => d1.another());
afterAll(() => d1.close());

const histories = "src/migrations/testing/histories";
const folders = ["migrations", histories].flatMap((top) =>
  readdirSync(top).flatMap((system) =>
    readdirSync(join(top, system)).map((database) => ({
      name: `${system}/${database}`,
      folder: join(top, system, database),
    })),
  ),
);

for (const { name, folder } of folders) {
  test(`${name}: lints clean, chain included, and a new database gets all of it`, () => {
    expect(lintFolder(folder)).toEqual([]);
    const files = readFolder(folder);
    const plan = offlinePlan({
      label: name,
      folder,
      files,
      chain: readChain(folder),
      database: undefined,
      opened: undefined,
    });
    expect(plan.refusals).toEqual([]);
    expect(plan.expand).toHaveLength(files.length);
  });

  test(`${name}: D1's own engine comes to the shadow's schema, and every verification holds`, async () => {
    const files = readFolder(folder);
    for (const { statements, verifications } of files) {
      await d1.batch(statements.map(({ sql }) => sql));
      for (const { sql } of verifications) {
        const [rows = []] = await d1.batch([sql]);
        expect([sql, ...rows.map((row) => Object.values(row))]).toEqual([sql, [1]]);
      }
    }
    expect((await readSnapshot(database)).schema).toEqual(replayed(files));
  });
}

const raw = (name: string): readonly string[] =>
  split(readFileSync(join("src/migrations/testing/taco", name), "utf8")).pieces.map(({ sql }) => sql);

test("taco's raw-SQL past is recognised, refused with baseline as the repair, and inferred to the file", async () => {
  await d1.batch(raw("0002_billing_schema.sql"));
  await d1.batch(raw("0003_credits_schema.sql"));
  const folder = join(histories, "taco/billing");
  const files = readFolder(folder);
  const snapshot = await readSnapshot(database);
  const draft = draftPlan({
    label: "taco/billing",
    folder,
    files,
    chain: readChain(folder),
    database: snapshot,
    opened: undefined,
  });
  expect(
    draft
      .close([])
      .refusals.map(({ fix }) => inPlace(fix, unplaced()))
      .join(),
  ).toContain("just db baseline taco/billing --infer");
  expect(infer(files, snapshot.schema)).toEqual({ through: "0002_create_credits.sql", dataOnly: [] });
});

test("taco's auth database is found to be at its first file", async () => {
  await d1.batch(raw("0001_auth_schema.sql"));
  const files = readFolder(join(histories, "taco/auth"));
  expect(infer(files, (await readSnapshot(database)).schema).through).toBe("0001_create_users.sql");
});

test("reads an empty database, wrangler's, Alchemy's, drizzle's and another tool's", async () => {
  expect(await readSnapshot(database)).toMatchObject({
    ledgerKind: "none",
    ledger: [],
    schema: [],
    drizzle: undefined,
  });
  await d1.batch([
    ledgerTable,
    `INSERT INTO d1_migrations (name) VALUES ('0001_a.sql'), ('0002_b.sql')`,
    "CREATE TABLE t (a)",
  ]);
  expect(await readSnapshot(database)).toMatchObject({
    ledgerKind: "wrangler",
    ledger: ["0001_a.sql", "0002_b.sql"],
    log: [],
    schema: [{ name: "t" }],
  });
  await d1.another();
  await d1.batch([
    "CREATE TABLE d1_migrations (id TEXT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
    "INSERT INTO d1_migrations VALUES ('x', '0002_b.sql', '2'), ('y', '0001_a.sql', '1')",
  ]);
  expect(await readSnapshot(database)).toMatchObject({
    ledgerKind: "alchemy",
    ledger: ["0001_a.sql", "0002_b.sql"],
  });
  await d1.another();
  await d1.batch([
    "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)",
    "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('abc', 1)",
    "CREATE TABLE t (a)",
  ]);
  expect(await readSnapshot(database)).toMatchObject({
    ledgerKind: "none",
    drizzle: ["abc"],
    schema: [{ name: "t" }],
  });
  await d1.another();
  await d1.batch(["CREATE TABLE d1_migrations (id INTEGER, name TEXT, version TEXT)"]);
  expect(await readSnapshot(database)).toMatchObject({ ledgerKind: "unknown" });
});
