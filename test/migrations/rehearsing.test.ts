import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../embedded/start.ts";
import { databaseText } from "../../src/backup/d1/as-text.ts";
import { sizeOf } from "../../src/backup/databases.ts";
import { rehearse } from "../../src/migrations/apply/rehearse.ts";
import { rows } from "../../src/migrations/database/database.ts";
import { readSnapshot } from "../../src/migrations/database/snapshot.ts";
import { readMigration } from "../../src/migrations/files/reading.ts";
import { databaseOf } from "../../src/migrations/plan/job.ts";
import { liveJob } from "./testing/live-job.ts";

const folder = mkdtempSync(join(tmpdir(), "rehearsing-"));
let embedded: Embedded;
beforeAll(async () => {
  embedded = await startEmbedded({ dataDir: folder, log: logInternalErrors });
});
afterAll(async () => {
  await embedded.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a database with search tables is copied without an export: every row and value, and no trigger fires for them", async () => {
  const live = await liveJob(embedded, "search");
  const database = databaseOf(live.job);
  live.write(
    "0001_notes.sql",
    `CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body BLOB, n REAL, twice REAL GENERATED ALWAYS AS (n * 2));
CREATE TABLE tags (name TEXT PRIMARY KEY, note INTEGER REFERENCES notes (id)) WITHOUT ROWID;
CREATE TABLE touched (note INTEGER);
CREATE VIRTUAL TABLE found USING fts5 (title, content='notes', content_rowid='id');
CREATE VIRTUAL TABLE alone USING fts5 (word);
CREATE INDEX by_title ON notes (title);
CREATE VIEW titles AS SELECT title FROM notes;
CREATE TRIGGER touch AFTER INSERT ON notes BEGIN INSERT INTO touched VALUES (new.id); END;
`,
  );
  await live.migrate();
  await rows(database, [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203) INSERT INTO notes (id, title, body, n) SELECT i * 3, 'it''s ' || i, x'00ff', i / 3.0 FROM n",
    "INSERT INTO tags SELECT 'tag ' || id, id FROM notes",
    "INSERT INTO alone (rowid, word) VALUES (7, 'seven'), (9, 'nine')",
    "INSERT INTO found (found) VALUES ('rebuild')",
    "DELETE FROM touched WHERE note > 6",
  ]);
  const { schema } = await readSnapshot(database);
  const { job } = live;
  const size = await sizeOf({ connection: job.connection, accountId: job.accountId }, job.databaseId);
  const { sql: text, rows: copied } = await databaseText(database, size, schema);
  expect(copied).toBe(1203 + 1203 + 2 + 2);
  const copy = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  copy.exec(text);
  const sums = [
    "SELECT count(*) AS n, sum(id) AS ids, group_concat(title, '') AS titles, sum(twice) AS twice FROM notes",
    "SELECT hex(body) AS body, typeof(n) AS type FROM notes WHERE id = 3",
    "SELECT count(*) AS n FROM tags",
    "SELECT count(*) AS n FROM touched",
    "SELECT rowid AS id, word FROM alone ORDER BY rowid",
    "SELECT rowid AS id FROM found WHERE found MATCH '1203'",
    "SELECT count(*) AS n FROM titles",
  ];
  for (const sql of sums) expect(copy.prepare(sql).all(), sql).toEqual((await rows(database, [sql]))[0]);
  copy.close();

  const pending = readMigration(
    "0002_drop.sql",
    "0002_drop.sql",
    new TextEncoder().encode("DELETE FROM tags WHERE note > 30;\n"),
  );
  const rehearsal = rehearse(text, [pending]);
  expect(rehearsal.failure).toBeUndefined();
  expect(rehearsal.tables.find(({ table }) => table === "tags")).toEqual({
    table: "tags",
    rowsBefore: 1203,
    rowsAfter: 10,
  });
  live.remove();
});
