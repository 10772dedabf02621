import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SqlError, type Stores } from "../stores.ts";
import { startStores } from "./start.ts";

let dataDir: string;
let stores: Stores;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lockstep-stores-"));
  stores = await startStores({ dataDir, log: () => {} });
});
afterAll(async () => {
  await stores.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const run = (id: string, ...sql: string[]) =>
  stores.d1.batch(
    id,
    sql.map((text) => ({ sql: text, params: [] })),
  );

/** As workerd's own D1 binding asks, from a cell. */
async function fromWorker(id: string, caller: string, ...sql: string[]): Promise<unknown> {
  const response = await fetch(`http://${stores.address}/query?resultsFormat=ROWS_AND_COLUMNS`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-lockstep-key": stores.key,
      "x-lockstep-store": `D1/${id}`,
      "x-lockstep-caller": caller,
    },
    body: JSON.stringify(sql.map((text) => ({ sql: text, params: [] }))),
  });
  return response.json();
}

test("who does not know the key is refused, whatever it asks for", async () => {
  await run("locked", "CREATE TABLE t(a)");
  for (const key of [{}, { "x-lockstep-key": "" }, { "x-lockstep-key": "guess" }]) {
    const response = await fetch(`http://${stores.address}/query`, {
      method: "POST",
      headers: { "x-lockstep-store": "D1/locked", ...key },
      body: JSON.stringify({ sql: "DROP TABLE t", params: [] }),
    });
    expect(response.status).toBe(403);
  }
  expect((await run("locked", "SELECT count(*) AS n FROM t"))[0]?.results).toEqual([{ n: 0 }]);
});

test("a batch is one transaction, and its meta is true", async () => {
  const [, insert, select] = await run(
    "meta",
    "CREATE TABLE t(a)",
    "INSERT INTO t VALUES (1), (2)",
    "SELECT a FROM t",
  );
  expect(insert?.meta).toMatchObject({ changes: 2, rows_written: 2, last_row_id: 2, changed_db: true });
  expect(select).toMatchObject({
    columns: ["a"],
    rows: [[1], [2]],
    results: [{ a: 1 }, { a: 2 }],
    meta: { rows_read: 2, changed_db: false },
  });
  await expect(run("meta", "DELETE FROM t", "INSERT INTO nowhere VALUES (1)")).rejects.toThrow(
    new SqlError("no such table: nowhere: SQLITE_ERROR"),
  );
  expect((await run("meta", "SELECT count(*) AS n FROM t"))[0]?.results).toEqual([{ n: 2 }]);
  expect(await stores.d1.info("meta")).toEqual({ fileSizeBytes: expect.any(Number), tables: 1 });
});

test("a deferred foreign key that is violated at the commit is an error of that request alone", async () => {
  await run("fk", "CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(p INT REFERENCES p(id))");
  await expect(run("fk", "PRAGMA defer_foreign_keys = ON", "INSERT INTO c VALUES (1)")).rejects.toThrow(
    /rolled back to its last known good state .* FOREIGN KEY constraint failed/,
  );
  expect((await run("fk", "SELECT count(*) AS n FROM c"))[0]?.results).toEqual([{ n: 0 }]);
});

test("what Workers run is remembered normalised, by version, and what the API runs is not", async () => {
  await run("corpus", "CREATE TABLE t(a, b)");
  for (let n = 0; n < 3; n++)
    await fromWorker(
      "corpus",
      "acc/api/v1",
      `INSERT INTO t VALUES (${n}, 'x''${n}') -- once`,
      "SELECT  a\n FROM t WHERE b = ?1;",
    );
  await fromWorker("corpus", "acc/api/v2", "SELECT nothing FROM t");
  // A statement that is new is remembered before it runs; counts follow within a quarter of a second.
  const found = () => stores.d1.statements("corpus");
  expect(found().map(({ caller, sql }) => `${caller}: ${sql}`)).toEqual([
    "acc/api/v1: INSERT INTO t VALUES (?, ?)",
    "acc/api/v1: SELECT a FROM t WHERE b = ?1",
    "acc/api/v2: SELECT nothing FROM t",
  ]);
  await expect.poll(() => found().map(({ count }) => count)).toEqual([3, 3, 1]);
});

test("what each statement wrote is counted as D1 counts it, whoever ran it, also where it gives rows back", async () => {
  await run("wrote", "CREATE TABLE t(a PRIMARY KEY, b)");
  await fromWorker(
    "wrote",
    "acc/api/v1",
    "INSERT INTO t VALUES (1, 'x'), (2, 'y') RETURNING a",
    "SELECT * FROM t",
  );
  await run("wrote", "UPDATE t SET b = 'z'");
  await expect
    .poll(() => stores.d1.written("wrote").filter(({ sql }) => !sql.startsWith("CREATE")))
    .toMatchObject([
      { sql: "INSERT INTO t VALUES (?, ?), (?, ?) RETURNING a", rows: 4, count: 1 },
      { sql: "UPDATE t SET b = ?", rows: 2, count: 1 },
    ]);
});

test("a removed store stays gone for Workers that are still bound to it", async () => {
  await run("gone", "CREATE TABLE t(a)");
  await stores.d1.bookmark("gone");
  await stores.d1.remove("gone");
  expect(await fromWorker("gone", "a/b/c", "CREATE TABLE t(a)")).toEqual({
    success: false,
    error: "D1 database not found",
  });
  expect(existsSync(join(dataDir, "snapshots", "gone"))).toBe(false);
  await stores.r2.put("bucket", "k", Buffer.from("v"), { httpMetadata: {}, customMetadata: {} });
  await stores.r2.remove("bucket");
  await expect(
    stores.r2.put("bucket", "k", Buffer.from("v"), { httpMetadata: {}, customMetadata: {} }),
  ).rejects.toMatchObject({ code: 10006 });
  expect(existsSync(join(dataDir, "stores", "r2", "bucket"))).toBe(false);
});

test("keys and metadata keep every letter", async () => {
  const key = "ordner/ä b%2F?#.txt";
  await stores.r2.put("letters", key, Buffer.from("v"), {
    httpMetadata: { contentType: "text/plain" },
    customMetadata: { ü: "ß" },
  });
  expect(await stores.r2.get("letters", key)).toMatchObject({
    object: { key, httpMetadata: { contentType: "text/plain" }, customMetadata: { ü: "ß" } },
  });
  await stores.kv.put("letters", key, new Uint8Array([0, 255]), {
    metadata: { ü: "ß" },
    expirationTtlSeconds: 100,
  });
  expect(await stores.kv.get("letters", key)).toEqual({
    value: new Uint8Array([0, 255]),
    metadata: { ü: "ß" },
    expirationEpochSeconds: expect.any(Number),
  });
  expect((await stores.kv.list("letters", {})).keys).toMatchObject([{ name: key, metadata: { ü: "ß" } }]);
});

test("nobody steers the gate without its secret", async () => {
  const order = JSON.stringify({ op: "shut", id: "meta", graceMs: 0 });
  const response = await fetch(`http://${stores.address}/`, {
    method: "POST",
    headers: { "x-lockstep-control": "guess", "x-lockstep-order": order },
  });
  expect(response.status).toBe(403);
});

const childOf = (pid: number): readonly number[] =>
  readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      return stat.includes("(workerd)") && Number(stat.split(") ")[1]?.split(" ")[1]) === pid
        ? [Number(entry)]
        : [];
    } catch {
      return []; // ended meanwhile
    }
  });

test.runIf(process.platform === "linux")(
  "a killed process leaves no workerd behind and loses nothing that was answered",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-killed-"));
    const code = `import { startStores } from ${JSON.stringify(new URL("./start.ts", import.meta.url).href)};
    const stores = await startStores({ dataDir: ${JSON.stringify(folder)}, log: () => {} });
    await stores.d1.batch("db", [{ sql: "CREATE TABLE t(a)", params: [] }]);
    await stores.kv.put("ns", "k", Buffer.from("v"), {});
    console.log(await stores.d1.bookmark("db"));
    for (let n = 1; ; n++) { await stores.d1.batch("db", [{ sql: "INSERT INTO t VALUES (" + n + ")", params: [] }]); console.log(n); }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output.split("\n").length).toBeGreaterThan(20);
    const workerds = childOf(child.pid ?? 0);
    expect(workerds).toHaveLength(1);
    child.kill("SIGKILL");
    await once(child, "close");
    await expect.poll(() => workerds.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
    const [bookmark = "", ...acknowledged] = output.trim().split("\n");
    const again = await startStores({ dataDir: folder, log: () => {} });
    const [result] = await again.d1.batch("db", [{ sql: "SELECT count(*) AS n FROM t", params: [] }]);
    expect(Number(result?.results[0]?.["n"])).toBeGreaterThanOrEqual(acknowledged.length);
    expect((await again.kv.get("ns", "k"))?.value).toEqual(new Uint8Array(Buffer.from("v")));
    await again.d1.restore("db", bookmark);
    expect(
      (await again.d1.batch("db", [{ sql: "SELECT count(*) AS n FROM t", params: [] }]))[0]?.results,
    ).toEqual([{ n: 0 }]);
    await again.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  },
);

test.runIf(process.platform === "linux")("a killed workerd comes back at the same address", async () => {
  const { address } = stores;
  await run("phoenix", "CREATE TABLE t(a)");
  const bookmark = await stores.d1.bookmark("phoenix");
  await run("phoenix", "INSERT INTO t VALUES (1)");
  for (const pid of childOf(process.pid)) process.kill(pid, "SIGKILL");
  await expect
    .poll(() =>
      run("phoenix", "SELECT a FROM t").then(
        (r) => r[0]?.results,
        () => "away",
      ),
    )
    .toEqual([{ a: 1 }]);
  expect(stores.address).toBe(address);
  await stores.d1.restore("phoenix", bookmark);
  expect((await run("phoenix", "SELECT a FROM t"))[0]?.results).toEqual([]);
});
