import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type StoresApi, startStoresApi } from "../../contract/testing/stores-api.ts";

let api: StoresApi;
beforeAll(async () => {
  api = await startStoresApi();
});
afterAll(() => api.close());

const create = async (name: string, more: object = {}): Promise<string> =>
  (await api.call("POST", "/d1/database", { name, ...more })).json.result.uuid;
const query = (id: string, body: unknown) => api.call("POST", `/d1/database/${id}/query`, body);
const refusal = (status: number, code: number, message: unknown) => ({
  status,
  json: { success: false, errors: [{ code, message }], messages: [], result: null },
});
const sqlError = (message: unknown) => refusal(400, 7500, message);

describe("databases", () => {
  test("of 50 that want one name at the same time, one gets it", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.call("POST", "/d1/database", { name: "contested" })),
    );
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
    for (const lost of answers.filter((a) => a.status !== 200))
      expect(lost).toMatchObject(refusal(400, 7502, expect.stringContaining("already exists")));
    expect((await api.call("GET", "/d1/database?name=contested")).json.result).toHaveLength(1);
  });

  test("names and bodies that cannot be are refused and leave nothing", async () => {
    for (const name of ["", "a b", "-x", "_x", "a.b", "ä"])
      expect(await api.call("POST", "/d1/database", { name })).toMatchObject(
        refusal(400, 7400, expect.stringContaining("name")),
      );
    for (const body of ["{", "[]", "null", '{"name":1}', '{"name":"x","primary_location_hint":"mars"}']) {
      const answer = await api.call("POST", "/d1/database", body);
      expect(answer.status).toBe(400);
      expect(answer.json.success).toBe(false);
    }
    expect((await api.call("GET", "/d1/database?name=x")).json.result).toEqual([]);
  });

  test("a database is found by id and by name, whole or by fields", async () => {
    const id = await create("found", { primary_location_hint: "apac" });
    const whole = (await api.call("GET", `/d1/database/${id}`)).json.result;
    expect(whole).toEqual({
      uuid: id,
      name: "found",
      created_at: expect.any(String),
      version: "production",
      num_tables: 0,
      file_size: expect.any(Number),
      running_in_region: "APAC",
      read_replication: { mode: "disabled" },
    });
    expect((await api.call("GET", "/d1/database/found")).json.result).toEqual(whole);
    expect((await api.call("GET", "/d1/database/found?fields=uuid,name")).json.result).toEqual({
      uuid: id,
      name: "found",
    });
    expect(await api.call("GET", "/d1/database/found?fields=nonsense")).toMatchObject(
      refusal(400, 7400, expect.stringContaining("nonsense")),
    );
    expect(await api.call("GET", "/d1/database/missing")).toMatchObject(
      refusal(404, 7404, expect.stringContaining("missing")),
    );
    await query(id, { sql: "CREATE TABLE a(x); CREATE TABLE b(x); CREATE INDEX i ON a(x)" });
    expect((await api.call("GET", `/d1/database/${id}`)).json.result.num_tables).toBe(2);
  });

  test("read replication is echoed; null is refused, as the quirk has it, unless that is off", async () => {
    const id = await create("replicated", { read_replication: { mode: "auto" } });
    expect((await api.call("GET", `/d1/database/${id}?fields=read_replication`)).json.result).toEqual({
      read_replication: { mode: "auto" },
    });
    expect(await api.call("PUT", `/d1/database/${id}`, { read_replication: null })).toMatchObject(
      refusal(400, 7400, expect.stringContaining("read_replication")),
    );
    expect(
      (
        await api.call("PUT", `/d1/database/${id}`, {
          name: "replicated",
          read_replication: { mode: "disabled" },
        })
      ).json.result,
    ).toMatchObject({ uuid: id, read_replication: { mode: "disabled" } });
    vi.stubEnv("LOCKSTEP_QUIRKS_OFF", "d1-read-replication");
    expect(
      (await api.call("PUT", `/d1/database/${id}`, { read_replication: null })).json.result,
    ).not.toHaveProperty("read_replication");
    vi.unstubAllEnvs();
    expect(
      await api.call("PUT", `/d1/database/${id}`, { name: "other", read_replication: { mode: "auto" } }),
    ).toMatchObject(refusal(400, 7400, expect.stringContaining("renamed")));
  });

  test("a deleted database is gone, its files too, and its name is free", async () => {
    const id = await create("brief");
    await query(id, { sql: "CREATE TABLE t(a)" });
    expect((await api.call("DELETE", `/d1/database/${id}`)).json).toMatchObject({ success: true });
    expect(await api.call("DELETE", `/d1/database/${id}`)).toMatchObject(
      refusal(404, 7404, expect.any(String)),
    );
    expect(await query(id, { sql: "SELECT 1" })).toMatchObject(refusal(404, 7404, expect.any(String)));
    expect(await create("brief")).not.toBe(id);
  });
});

describe("SQL over HTTP", () => {
  test("one request is one transaction, one result a statement", async () => {
    const id = await create("sql");
    const { json } = await query(id, {
      sql: "CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x') RETURNING a; SELECT 1 WHERE 0; -- end",
    });
    expect(json.result).toHaveLength(3);
    expect(json.result[1]).toMatchObject({
      success: true,
      results: [{ a: 1 }],
      meta: {
        served_by_region: "WEUR",
        served_by_primary: true,
        total_attempts: 1,
        changes: 1,
        last_row_id: 1,
        changed_db: true,
        rows_written: 1,
        timings: { sql_duration_ms: expect.any(Number) },
      },
    });
    expect(json.result[2]).toMatchObject({
      success: true,
      results: [],
      meta: { changes: 0, changed_db: false },
    });
    expect(await query(id, { sql: "DELETE FROM t; INSERT INTO nowhere VALUES (1)" })).toMatchObject(
      sqlError("no such table: nowhere: SQLITE_ERROR"),
    );
    expect(await query(id, { batch: [{ sql: "DELETE FROM t" }, { sql: "SELEC 1" }] })).toMatchObject(
      sqlError('near "SELEC": syntax error at offset 0: SQLITE_ERROR'),
    );
    expect((await query(id, { sql: "SELECT count(*) AS n FROM t" })).json.result[0].results).toEqual([
      { n: 1 },
    ]);
    const texts = [
      '"meta":{"size_after":1}}]',
      '[{"success":true,"results":[],"meta":{',
      '\u{1F389} \\ "',
      "x".repeat(200_000),
    ];
    for (const text of texts)
      expect((await query(id, { sql: "SELECT ? AS a, 1 AS b, 2 AS b", params: [text] })).json.result).toEqual(
        [
          {
            success: true,
            results: [{ a: text, b: 2 }],
            meta: expect.objectContaining({ served_by_region: "WEUR", rows_read: expect.any(Number) }),
          },
        ],
      );
    const raw = await api.call("POST", `/d1/database/${id}/raw`, {
      sql: "SELECT a, b, a FROM t WHERE b = ? AND a > ?",
      params: ["x", 0],
    });
    expect(raw.json.result[0].results).toEqual({ columns: ["a", "b", "a"], rows: [[1, "x", 1]] });
  });

  test("what cannot be bound, or bound to several statements, is refused", async () => {
    const id = await create("params");
    expect(await query(id, { sql: "SELECT 1; SELECT ?", params: ["x"] })).toMatchObject(
      refusal(400, 7400, "The request is malformed: params with multiple statements is not supported"),
    );
    expect(await query(id, { sql: "SELECT ?", params: [{ a: 1 }] })).toMatchObject(
      refusal(400, 7400, expect.stringContaining("cannot be bound")),
    );
    for (const [body, mistake] of [
      [{ sql: 5 }, "sql: Invalid input: expected string, received number"],
      [{ sql: "SELECT 1", params: "x" }, "params: Invalid input: expected array, received string"],
      [{ batch: [{ sql: null }] }, "batch.0.sql: Invalid input: expected string, received null"],
    ] as const)
      expect(await query(id, body)).toMatchObject(refusal(400, 7400, `The request is malformed: ${mistake}`));
    expect(await query(id, { sql: "SELECT ?", params: [] })).toMatchObject(
      sqlError("Wrong number of parameter bindings for SQL query."),
    );
    const places = (n: number) => ({
      sql: `SELECT ${Array.from({ length: n }, () => "?").join()}`,
      params: Array.from({ length: n }, () => "1"),
    });
    expect((await query(id, places(100))).status).toBe(200);
    expect(await query(id, places(101))).toMatchObject(
      sqlError(expect.stringContaining("too many SQL variables")),
    );
    expect(
      (await query(id, { sql: "SELECT ? AS t, ? AS n, typeof(?) AS b", params: [true, null, [1, 2]] })).json
        .result[0].results,
    ).toEqual([{ t: 1, n: null, b: "blob" }]);
  });

  test("D1's limits and forbidden statements are refused in its own words", async () => {
    const id = await create("limits");
    const says = async (sql: string, message: unknown) =>
      expect(await query(id, { sql })).toMatchObject(sqlError(message));
    await says("", "No SQL statements detected.");
    await says(" -- nothing", "No SQL statements detected.");
    await says(`SELECT '${"x".repeat(100_000)}'`, "statement too long: SQLITE_TOOBIG");
    await says(
      "BEGIN; SELECT 1; COMMIT",
      expect.stringContaining("please use the state.storage.transaction()"),
    );
    for (const sql of [
      "ATTACH ':memory:' AS x",
      "PRAGMA user_version",
      "PRAGMA journal_mode = DELETE",
      "CREATE TEMP TABLE x(a)",
      "CREATE TABLE _cf_x(a)",
    ])
      await says(sql, expect.stringMatching(/not authorized/));
    await says("VACUUM", expect.stringContaining("cannot VACUUM"));
    await says(
      `CREATE TABLE c(${Array.from({ length: 101 }, (_, n) => `c${n}`)})`,
      expect.stringContaining("too many columns"),
    );
    await says(
      Array.from({ length: 6 }, () => "SELECT 1").join(" UNION ALL "),
      expect.stringContaining("too many terms in compound SELECT"),
    );
  });

  test("the real splitter's refusals of triggers are reproduced, unless the quirk is off", async () => {
    const id = await create("triggers");
    await query(id, { sql: "CREATE TABLE t(a)" });
    const lower = "CREATE TRIGGER x AFTER INSERT ON t begin DELETE FROM t; end;";
    expect(await query(id, { sql: lower })).toMatchObject(sqlError("incomplete input: SQLITE_ERROR"));
    expect(await query(id, { sql: `INSERT INTO t VALUES (1); ${lower}` })).toMatchObject(
      sqlError("incomplete input: SQLITE_ERROR"),
    );
    expect((await query(id, { sql: "SELECT * FROM t" })).json.result[0].results).toEqual([]);
    vi.stubEnv("LOCKSTEP_QUIRKS_OFF", "d1-trigger-splitting");
    expect((await query(id, { sql: lower })).status).toBe(200);
    vi.unstubAllEnvs();
  });

  test("a token that may only read may ask, and may not change", async () => {
    const id = await create("readers");
    await query(id, { sql: "CREATE TABLE t(a)" });
    const asReader = (sql: string) =>
      api.call("POST", `/d1/database/${id}/query`, { sql }, { authorization: `Bearer ${api.reader}` });
    expect((await asReader("SELECT * FROM t; PRAGMA table_info(t)")).status).toBe(200);
    for (const sql of [
      "DELETE FROM t",
      "SELECT 1; DROP TABLE t",
      "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
    ])
      expect((await asReader(sql)).json.errors).toMatchObject([{ code: 10000 }]);
    expect((await asReader("SELECT count(*) AS n FROM t")).json.result[0].results).toEqual([{ n: 0 }]);
  });

  test("the embedded one tells what Workers have run", async () => {
    const id = await create("told");
    await fetch(`http://${api.stores.address}/query`, {
      method: "POST",
      headers: {
        "x-lockstep-key": api.stores.key,
        "x-lockstep-store": `D1/${id}`,
        "x-lockstep-caller": "a/s/v",
      },
      body: JSON.stringify({ sql: "SELECT 1 AS x", params: [] }),
    });
    expect((await api.call("GET", `/d1/database/${id}/lockstep/statements`)).json.result).toEqual([
      { caller: "a/s/v", sql: "SELECT ? AS x", count: 1 },
    ]);
  });
});

describe("import", () => {
  const upload = async (id: string, sql: string) => {
    const etag = createHash("md5").update(sql).digest("hex");
    const order = (body: object) => api.call("POST", `/d1/database/${id}/import`, body);
    const init = await order({ action: "init", etag });
    const put = await fetch(init.json.result.upload_url, { method: "PUT", body: sql });
    expect(put.headers.get("etag")).toBe(`"${etag}"`);
    /** The import's last answer, however many polls it takes. */
    const finished = async (answer: Awaited<ReturnType<typeof order>>) => {
      let { result } = answer.json;
      while (result.status === "active")
        result = (await order({ action: "poll", current_bookmark: result.at_bookmark })).json.result;
      return result;
    };
    const ingest = () => order({ action: "ingest", etag, filename: init.json.result.filename });
    return { etag, order, finished, ingest };
  };

  test("a file that is already stored runs again at once", async () => {
    const id = await create("again");
    await query(id, { sql: "CREATE TABLE t(a)" });
    const { etag, order, finished, ingest } = await upload(id, "INSERT INTO t VALUES (1);");
    expect(await finished(await ingest())).toMatchObject({
      success: true,
      type: "import",
      status: "complete",
      at_bookmark: expect.any(String),
      result: {
        num_queries: 1,
        final_bookmark: expect.any(String),
        meta: { changed_db: true, rows_written: 1 },
      },
    });
    const second = await finished(await order({ action: "init", etag }));
    expect(second).not.toHaveProperty("upload_url");
    expect(second).toMatchObject({ status: "complete" });
    expect((await query(id, { sql: "SELECT count(*) AS n FROM t" })).json.result[0].results).toEqual([
      { n: 2 },
    ]);
    expect((await order({ action: "poll", current_bookmark: second.at_bookmark })).json.result).toEqual(
      second,
    );
  });

  test("a database that is being imported into can be looked at and says to others that it is busy", async () => {
    const id = await create("busy");
    const rows =
      "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT hex(randomblob(40)) FROM n;";
    const { ingest, finished } = await upload(id, `CREATE TABLE IF NOT EXISTS t(a); ${rows.repeat(4)}`);
    const busy = "Currently processing a long-running import.";
    const told = new Set<unknown>();
    let imports = 0;
    do {
      let running = true;
      const asking = (async () => {
        while (running) {
          expect((await api.call("GET", `/d1/database/${id}`)).status).toBe(200);
          told.add((await query(id, { sql: "SELECT 1" })).json.errors[0]?.message);
        }
      })();
      const result = await finished(await ingest());
      running = false;
      await asking;
      expect(result).toMatchObject({ status: "complete", result: { num_queries: 5 } });
      imports++;
    } while (!told.has(busy) && imports < 5); // whoever asks may be the one that this machine lets wait
    expect(told).toContain(busy);
    expect((await query(id, { sql: "SELECT count(*) AS n FROM t" })).json.result[0].results).toEqual([
      { n: 400_000 * imports },
    ]);
  });

  test("of imports that begin at the same time one runs: a repeated order does not execute the file twice", async () => {
    const id = await create("twice");
    await query(id, { sql: "CREATE TABLE t(a)" });
    const { ingest, finished } = await upload(id, "INSERT INTO t VALUES (1);".repeat(500));
    const answers = await Promise.all([ingest(), ingest(), ingest(), ingest()]);
    const ran = answers.filter(({ status }) => status < 400);
    for (const answer of answers.filter(({ status }) => status >= 400))
      expect(answer).toMatchObject(sqlError("Currently processing a long-running import."));
    for (const answer of ran) expect((await finished(answer)).status).toBe("complete");
    // One after the other they may all run; never two at once, and none that was refused.
    expect((await query(id, { sql: "SELECT count(*) AS n FROM t" })).json.result[0].results).toEqual([
      { n: 500 * ran.length },
    ]);
  });

  test("a failure is told in a successful envelope, and the database is as before", async () => {
    const id = await create("failing");
    const { order, finished, ingest } = await upload(id, "CREATE TABLE t(a); SELEC 1;");
    const answer = await ingest();
    expect(answer.json.success).toBe(true);
    const done = await finished(answer);
    expect(done).toMatchObject({
      success: false,
      status: "error",
      errors: [expect.stringContaining("syntax error")],
    });
    expect((await api.call("GET", `/d1/database/${id}`)).json.result.num_tables).toBe(0);
    expect((await order({ action: "poll", current_bookmark: done.at_bookmark })).json.result.status).toBe(
      "error",
    );
    expect((await order({ action: "poll", current_bookmark: "nothing" })).json.result).toMatchObject({
      success: false,
      error: "Not currently importing anything.",
    });
  });

  test("what was announced and never uploaded is not executed, nor what was damaged on the way", async () => {
    const id = await create("damaged");
    const etag = createHash("md5").update("SELECT 1;").digest("hex");
    const order = (body: object) => api.call("POST", `/d1/database/${id}/import`, body);
    const init = await order({ action: "init", etag });
    await fetch(init.json.result.upload_url, { method: "PUT", body: "SELECT 2;" });
    expect(await order({ action: "ingest", etag, filename: "x" })).toMatchObject(
      refusal(400, 7400, expect.stringContaining(etag)),
    );
    expect(await order({ action: "init", etag: "not-md5" })).toMatchObject(
      refusal(400, 7400, expect.stringContaining("MD5")),
    );
    expect(await order({ action: "dance" })).toMatchObject(refusal(400, 7400, expect.any(String)));
    const wrong = `${new URL(init.json.result.upload_url).origin}/lockstep/d1/transfer?ticket=guess`;
    expect((await fetch(wrong, { method: "PUT", body: "x" })).status).toBe(403);
    expect((await fetch(init.json.result.upload_url)).status).toBe(403);
  });
});

describe("time travel", () => {
  test("goes to a timestamp within the database's life and no further", async () => {
    const id = await create("times");
    await query(id, { sql: "CREATE TABLE t(a)" });
    const at = (timestamp: string) =>
      api.call("GET", `/d1/database/${id}/time_travel/bookmark?timestamp=${encodeURIComponent(timestamp)}`);
    expect((await at(new Date().toISOString())).json.result.bookmark).toMatch(/^[0-9a-f]{8}-/);
    for (const bad of ["yesterday", "2020-01-01T00:00:00Z", "", "12"])
      expect(await at(bad)).toMatchObject(refusal(400, 7400, expect.stringContaining("timestamp")));
    const restore = (parameters: string) =>
      api.call("POST", `/d1/database/${id}/time_travel/restore?${parameters}`);
    for (const bad of ["", "bookmark=nonsense", "bookmark=a&timestamp=2026-01-01T00:00:00Z"])
      expect((await restore(bad)).json.errors).toMatchObject([{ code: 7400 }]);
    await query(id, { sql: "DROP TABLE t" });
    const { bookmark } = (await api.call("GET", `/d1/database/${id}/time_travel/bookmark`)).json.result;
    const back = (await restore(`bookmark=${bookmark}`)).json.result;
    expect(back).toEqual({
      bookmark: expect.any(String),
      previous_bookmark: bookmark,
      message: expect.stringContaining(bookmark),
    });
  });
});
