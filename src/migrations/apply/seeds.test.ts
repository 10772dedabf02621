import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../database/database.ts";
import { queryDatabase } from "../database/transports.ts";
import { type WorkerdD1, workerdD1 } from "../testing/workerd-d1.ts";
import { applySeeds, type SeedFile } from "./seeds.ts";

let d1: WorkerdD1;
let database: Database;
beforeAll(async () => {
  d1 = await workerdD1();
  database = queryDatabase(
    { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" },
    "test/db",
  );
});
beforeEach(async () => {
  await d1.another();
  await d1.batch(["CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)"]);
});
afterAll(() => d1.close());

const seed = (checksum: string, value: string): SeedFile => ({
  name: "people.sql",
  checksum,
  statements: [`INSERT INTO t VALUES (1, '${value}') ON CONFLICT (id) DO UPDATE SET v = excluded.v`],
});

test("a seed runs once, and again when its content changes", async () => {
  expect(await applySeeds(database, "dev", [seed("one", "a")])).toEqual(["people.sql"]);
  expect(await applySeeds(database, "dev", [seed("one", "a")])).toEqual([]);
  expect(await applySeeds(database, "dev", [seed("two", "b")])).toEqual(["people.sql"]);
  expect(await d1.batch(["SELECT v FROM t"])).toEqual([[{ v: "b" }]]);
});

test("production is never seeded, whatever the configuration says", async () => {
  await expect(applySeeds(database, "prod", [seed("one", "a")])).rejects.toThrow(
    /never written to this stage/,
  );
  await applySeeds(database, "dev", []);
  await d1.batch(["UPDATE _mig_meta SET v = 'prod' WHERE k = 'stage'"]);
  await expect(applySeeds(database, "dev", [seed("one", "a")])).rejects.toThrow(/belongs to another stage/);
  expect(await d1.batch(["SELECT count(*) AS n FROM t"])).toEqual([[{ n: 0 }]]);
});

test("a stage that changes between the check and the request stops the seed inside its transaction", async () => {
  let times = 0;
  const sneaky: Database = {
    ...database,
    run: async (statements) => {
      if (++times === 4) await d1.batch(["UPDATE _mig_meta SET v = 'prod' WHERE k = 'stage'"]);
      return database.run(statements);
    },
  };
  await expect(applySeeds(sneaky, "dev", [seed("one", "a")])).rejects.toThrow(
    /seeds run only in dev and staging/,
  );
  expect(await d1.batch(["SELECT count(*) AS n FROM t"])).toEqual([[{ n: 0 }]]);
});
