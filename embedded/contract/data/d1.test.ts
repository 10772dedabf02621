import { readFileSync } from "node:fs";
import { join } from "node:path";
import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let project: Project;
let account: string;

beforeAll(async () => {
  embedded = await startEmbedded({ log: () => {} });
  account = embedded.accounts[0]?.id ?? "";
  project = wranglerProject(embedded, account);
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const succeeds = (...args: string[]): Promise<string> => project.succeeds("d1", ...args);
const fails = (...args: string[]): Promise<string> => project.fails("d1", ...args);

const trigger = `CREATE TRIGGER noted AFTER INSERT ON notes
BEGIN
  UPDATE notes SET body = body || ';' WHERE id = new.id;
END;`;

describe("wrangler", () => {
  test("creates, finds and migrates a database, travels in time and deletes it", async () => {
    const created = await succeeds("create", "dome-meta", "--location", "enam");
    const id = /"database_id": "([0-9a-f-]{36})"/.exec(created)?.[1];
    expect(id).toBeDefined();
    expect(created).toContain("in region ENAM");
    expect(await fails("create", "dome-meta")).toContain("already exists");
    project.write(
      "wrangler.json",
      JSON.stringify({
        name: "app",
        compatibility_date: "2026-01-01",
        d1_databases: [{ binding: "DB", database_name: "dome-meta", database_id: id }],
      }),
    );
    expect(await succeeds("list")).toContain(id);

    project.write(
      "migrations/0001_notes.sql",
      `CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);\n${trigger}\n`,
    );
    project.write("migrations/0002_first.sql", "INSERT INTO notes(body) VALUES ('a;b');\n");
    project.write(
      "migrations/0003_broken.sql",
      "INSERT INTO notes(body) VALUES ('half');\nINSERT INTO nowhere VALUES (1);\n",
    );
    expect(await fails("migrations", "apply", "dome-meta", "--remote")).toContain(
      "no such table: nowhere: SQLITE_ERROR",
    );
    const left = await succeeds("migrations", "list", "dome-meta", "--remote");
    expect(left).toContain("0003_broken.sql");
    expect(left).not.toContain("0002_first.sql");

    const selected = await succeeds(
      "execute",
      "dome-meta",
      "--remote",
      "--json",
      "--command",
      "SELECT body FROM notes; SELECT 2 AS two",
    );
    expect(JSON.parse(selected)).toMatchObject([
      {
        success: true,
        results: [{ body: "a;b;" }],
        meta: { served_by_region: "ENAM", served_by_primary: true, changes: 0 },
      },
      { success: true, results: [{ two: 2 }] },
    ]);
    expect(await fails("execute", "dome-meta", "--remote", "--command", "SELEC 1")).toContain(
      'near "SELEC": syntax error at offset 0: SQLITE_ERROR [code: 7500]',
    );

    const before = JSON.parse(await succeeds("time-travel", "info", "dome-meta", "--json"));
    project.write(
      "more.sql",
      `${trigger.replace("noted", "again").replace("BEGIN", "begin")}\r\nDELETE FROM notes;`,
    );
    expect(await succeeds("execute", "dome-meta", "--remote", "--file", "more.sql")).toContain(
      "Executed 2 queries",
    );
    project.write("bad.sql", "INSERT INTO notes(body) VALUES ('x');\nINSERT INTO nowhere VALUES (1);");
    expect(await fails("execute", "dome-meta", "--remote", "--file", "bad.sql")).toContain(
      "no such table: nowhere",
    );
    const restored = JSON.parse(
      await succeeds("time-travel", "restore", "dome-meta", "--json", "--bookmark", before.bookmark),
    );
    expect(restored.previous_bookmark > before.bookmark).toBe(true);

    await succeeds("export", "dome-meta", "--remote", "--output", "dump.sql");
    const dump = readFileSync(join(project.folder, "dump.sql"), "utf8");
    expect(dump).toContain(`INSERT INTO "notes" ("id","body") VALUES(1,'a;b;');`);
    expect(dump).not.toContain("TRIGGER again");
    expect(await succeeds("delete", "dome-meta", "-y")).toContain("Deleted 'dome-meta' successfully");
    expect(await fails("execute", "dome-meta", "--remote", "--command", "SELECT 1")).toContain(
      "[code: 7404]",
    );
  }, 180_000);
});

describe("the official client", () => {
  test("does all that it can do with a database", async () => {
    const client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
    const { database } = client.d1;
    const scope = { account_id: embedded.accounts[1]?.id ?? "" };
    for (const name of ["one", "two", "three"]) await database.create({ ...scope, name });
    const listed = [];
    for await (const found of database.list({ ...scope, per_page: 2 })) listed.push(found.name);
    expect(listed).toEqual(["one", "two", "three"]);
    const id = (await database.get("two", scope)).uuid ?? "";
    expect(await database.get(id, { ...scope, fields: ["name", "version"] })).toEqual({
      name: "two",
      version: "production",
    });
    const edited = await database.edit(id, { ...scope, read_replication: { mode: "auto" } });
    expect(edited.read_replication).toEqual({ mode: "auto" });

    const [, inserted, read] = (
      await database.query(id, {
        ...scope,
        sql: "CREATE TABLE t(a INTEGER, b); INSERT INTO t VALUES (1, 'x'), (2, NULL); SELECT * FROM t",
      })
    ).result;
    expect(inserted?.meta).toMatchObject({ changes: 2, rows_written: 2, last_row_id: 2, changed_db: true });
    expect(read?.results).toEqual([
      { a: 1, b: "x" },
      { a: 2, b: null },
    ]);
    const [raw] = (await database.raw(id, { ...scope, sql: "SELECT a, b FROM t WHERE a = ?", params: ["2"] }))
      .result;
    expect(raw?.results).toEqual({ columns: ["a", "b"], rows: [[2, null]] });
    const failed = database.query(id, {
      ...scope,
      batch: [{ sql: "DELETE FROM t" }, { sql: "SELECT 1 FROM nowhere" }],
    });
    await expect(failed).rejects.toMatchObject({
      status: 400,
      errors: [{ code: 7500, message: "no such table: nowhere: SQLITE_ERROR" }],
    });

    const { bookmark = "" } = await database.timeTravel.getBookmark(id, scope);
    await database.query(id, { ...scope, sql: "DELETE FROM t" });
    const done = await database.timeTravel.restore(id, { ...scope, bookmark });
    const [count] = (await database.query(id, { ...scope, sql: "SELECT count(*) AS n FROM t" })).result;
    expect(count?.results).toEqual([{ n: 2 }]);
    await database.timeTravel.restore(id, { ...scope, bookmark: done.previous_bookmark ?? "" });
    const [undone] = (await database.query(id, { ...scope, sql: "SELECT count(*) AS n FROM t" })).result;
    expect(undone?.results).toEqual([{ n: 0 }]);

    const exported = await database.export(id, {
      ...scope,
      output_format: "polling",
      dump_options: { no_data: true },
    });
    expect(exported).toMatchObject({ status: "complete", success: true });
    const sql = await (await fetch(exported.result?.signed_url ?? "")).text();
    expect(sql).toBe("PRAGMA defer_foreign_keys=TRUE;\nCREATE TABLE t(a INTEGER, b);\n");
    await database.delete(id, scope);
    await expect(database.get(id, scope)).rejects.toMatchObject({ status: 404, errors: [{ code: 7404 }] });
  });
});
