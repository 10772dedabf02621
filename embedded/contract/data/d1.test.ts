import Cloudflare from "cloudflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";

let embedded: Embedded;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
});
afterAll(async () => {
  await embedded.close();
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
