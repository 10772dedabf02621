import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apply, ledger } from "./apply.ts";
import { type WorkerdD1, workerdD1 } from "./fixture/workerdD1.ts";
import type { D1Endpoint } from "./http.ts";

let d1: WorkerdD1;
let endpoint: D1Endpoint;
let folder: string;
beforeAll(async () => {
  d1 = await workerdD1();
  endpoint = { baseUrl: await d1.listen(), token: "t", accountId: "a", databaseId: "d" };
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
  cpSync("migrations/dome/silo", folder, { recursive: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await d1.close();
});

test("a new database gets every file once; a second run changes nothing; a failing file leaves nothing", async () => {
  expect(await ledger(endpoint)).toEqual([]);
  expect((await apply(endpoint, folder)).added).toEqual(["0001_create_notes.sql"]);
  expect((await apply(endpoint, folder)).added).toEqual([]);
  writeFileSync(join(folder, "0002_broken.sql"), "CREATE TABLE half (a);\nINSERT INTO missing VALUES (1);\n");
  await expect(apply(endpoint, folder)).rejects.toThrow(/no such table: missing/);
  const [tables] = await d1.batch(["SELECT name FROM sqlite_schema WHERE name = 'half'"]);
  expect(tables).toEqual([]);
  expect(await ledger(endpoint)).toEqual(["0001_create_notes.sql"]);
});
