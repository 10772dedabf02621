import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../migrations/database/database.ts";
import { queryDatabase } from "../migrations/database/transports.ts";
import { openShadow } from "../migrations/shadow/shadow.ts";
import { type WorkerdD1, workerdD1 } from "../migrations/testing/workerd-d1.ts";
import { begun } from "./journal.ts";
import { reindex } from "./reindex.ts";
import { checkedSelect, countRows, type Row } from "./select.ts";

let d1: WorkerdD1;
let database: Database;
const folder = mkdtempSync(join(tmpdir(), "lockstep-reindex-"));
beforeAll(async () => {
  d1 = await workerdD1();
  const baseUrl = await d1.listen();
  database = queryDatabase({ baseUrl, token: "t", accountId: "a", databaseId: "d" }, "test/db");
});
afterAll(async () => {
  await d1.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => d1.another());

const table = "CREATE TABLE notes (id TEXT PRIMARY KEY, text TEXT)";
const rows = (count: number): string =>
  `WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO notes SELECT 'it''s ' || i, 'x' FROM n`;

const schema = () => {
  const shadow = openShadow();
  shadow.trusted.exec(table);
  try {
    return shadow.schema();
  } finally {
    shadow.close();
  }
};
const select = (sql: string) => checkedSelect("test/index, recipe", sql, schema());
const ids = "SELECT id AS noteId FROM notes WHERE text <> 'draft';";

test("every row is sent once, and a run that is killed anywhere is gone on with: one batch is sent twice at most", async () => {
  await d1.batch([table, rows(437), "INSERT INTO notes VALUES ('d', 'draft')"]);
  for (let killAt = 1; killAt <= 6; killAt++) {
    const sent: Row[] = [];
    const journal = { file: join(folder, `${killAt}.json`), recipe: "r" };
    let requests = 0;
    const run = () =>
      reindex({
        database,
        selection: select(ids),
        journal,
        rate: 1_000_000,
        sleep: async () => {},
        progress: () => {},
        send: async (messages) => {
          sent.push(...messages);
          if (++requests === killAt) throw new Error("killed");
        },
      });
    if (killAt <= 5) await expect(run()).rejects.toThrow("killed");
    expect((await run()).sent).toBe(437);
    expect(new Set(sent.map((row) => row["noteId"])).size).toBe(437);
    expect(sent.length).toBeLessThanOrEqual(537);
    expect(begun(journal.file, "r")).toBeUndefined();
  }
});

test("a recipe that would leave rows out is refused before anything is sent", async () => {
  await d1.batch([table, rows(3), "INSERT INTO notes VALUES (NULL, 'x')"]);
  await expect(countRows(database, select("SELECT text, id FROM notes"))).rejects.toThrow(
    /does not tell its rows apart[\s\S]*4 rows, 1 different/,
  );
  await expect(countRows(database, select("SELECT id FROM notes"))).rejects.toThrow(/4 rows, 3 different/);
  expect(await countRows(database, select("SELECT id FROM notes WHERE id IS NOT NULL"))).toBe(3);
});

test("what is no single reading statement that fits the schema is refused", () => {
  expect(() => select("SELECT author FROM notes")).toThrow(/does not fit.*\n.*\n.*no such column: author/);
  expect(() => select("SELECT 1; SELECT 2")).toThrow(/one statement/);
  expect(() => select("DELETE FROM notes")).toThrow(/does not fit/);
  expect(() => select("")).toThrow(/one statement/);
  expect(select("SELECT id AS noteId FROM notes -- all").key).toBe("noteId");
});
