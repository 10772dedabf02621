import Cloudflare from "cloudflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { visit } from "../testing/visit.ts";

const worker = `export default { async fetch(request, env) {
  const url = new URL(request.url), name = url.searchParams.get("name");
  try {
    if (url.pathname === "/write") {
      const [, row] = await env.DB.batch([env.DB.prepare("INSERT INTO t VALUES (?1, 'literal')").bind(name), env.DB.prepare("SELECT count(*) AS n FROM t")]);
      await env.KV.put(name, "kv " + name, { metadata: { by: "worker" } });
      await env.R2.put("dir/" + name, "r2 " + name, { httpMetadata: { contentType: "text/x" }, customMetadata: { by: "worker" } });
      return Response.json(row.results);
    }
    const { results, meta } = await env.DB.prepare("SELECT a FROM t ORDER BY a").all();
    return Response.json({ rows: results.map((r) => r.a), kv: await env.KV.get(name), r2: await (await env.R2.get("dir/" + name))?.text(), served: meta.served_by !== undefined });
  } catch (e) { return new Response(e.message, { status: 500 }) }
} }`;

let embedded: Embedded;
let client: Cloudflare;
let scope: { account_id: string };
let database: string;
let namespace: string;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  client = new Cloudflare({ apiToken: embedded.token, baseURL: embedded.api, maxRetries: 0 });
  scope = { account_id: embedded.accounts[0]?.id ?? "" };
  database = (await client.d1.database.create({ ...scope, name: "db" })).uuid ?? "";
  await client.d1.database.query(database, { ...scope, sql: "CREATE TABLE t(a, b)" });
  namespace = (await client.kv.namespaces.create({ ...scope, title: "ns" })).id;
  await client.r2.buckets.create({ ...scope, name: "bucket" });
  await deployScript(
    { api: embedded.api, token: embedded.token, account: scope.account_id },
    "writer",
    worker,
    [
      { type: "d1", name: "DB", database_id: database },
      { type: "kv_namespace", name: "KV", namespace_id: namespace },
      { type: "r2_bucket", name: "R2", bucket_name: "bucket" },
    ],
  );
});
afterAll(() => embedded.close());

const ask = (path: string) => visit(embedded.frontPort, "writer.dev.localhost", path);
const sql = async (text: string) =>
  (await client.d1.database.query(database, { ...scope, sql: text })).result[0]?.results;

test("Workers and the API reach the same databases, namespaces and buckets", async () => {
  expect(await ask("/write?name=one")).toEqual({ status: 200, text: '[{"n":1}]' });
  expect(await sql("SELECT * FROM t")).toEqual([{ a: "one", b: "literal" }]);
  expect(
    await (await client.kv.namespaces.values.get("one", { ...scope, namespace_id: namespace })).text(),
  ).toBe("kv one");
  const object = await client.r2.buckets.objects.get("dir/one", { ...scope, bucket_name: "bucket" });
  expect([await object.text(), object.headers.get("content-type")]).toEqual(["r2 one", "text/x"]);
  await sql("INSERT INTO t VALUES ('two', 0)");
  await client.kv.namespaces.values.update("two", {
    ...scope,
    namespace_id: namespace,
    value: "from the API",
  });
  await client.r2.buckets.objects.upload("dir/two", Buffer.from("from the API"), {
    ...scope,
    bucket_name: "bucket",
  });
  expect(JSON.parse((await ask("/read?name=two")).text)).toEqual({
    rows: ["one", "two"],
    kv: "from the API",
    r2: "from the API",
    served: true,
  });
});

test("analytics tell what each statement wrote, a Worker's as well as the API's", async () => {
  const query = `{ viewer { accounts(filter: { accountTag: "${scope.account_id}" }) {
    d1QueriesAdaptiveGroups(limit: 10, filter: { databaseId: "${database}", query_like: "INSERT%" }) { count sum { rowsWritten } dimensions { query } } } } }`;
  const told = async (): Promise<unknown> =>
    (
      await fetch(`${embedded.api}/graphql`, {
        method: "POST",
        headers: { authorization: `Bearer ${embedded.token}` },
        body: JSON.stringify({ query }),
      })
    ).json();
  const groups = ["INSERT INTO t VALUES (?1, ?)", "INSERT INTO t VALUES (?, ?)"].map((sql) => ({
    ...{ count: 1, sum: { rowsWritten: 1 }, dimensions: { query: sql } },
  }));
  await expect
    .poll(told)
    .toMatchObject({ data: { viewer: { accounts: [{ d1QueriesAdaptiveGroups: groups }] } } });
});

test("what a version has run is known by its name, and a restore reaches the running Worker", async () => {
  const listed = await fetch(
    `${embedded.api}/accounts/${scope.account_id}/d1/database/${database}/lockstep/statements`,
    { headers: { authorization: `Bearer ${embedded.token}` } },
  );
  const { result } = JSON.parse(await listed.text());
  expect(result.map((s: { sql: string }) => s.sql)).toEqual(
    expect.arrayContaining(["INSERT INTO t VALUES (?1, ?)", "SELECT count(*) AS n FROM t"]),
  );
  expect(result[0].caller).toMatch(new RegExp(`^${scope.account_id}/writer/[0-9a-f-]{36}$`));

  const { bookmark = "" } = await client.d1.database.timeTravel.getBookmark(database, scope);
  await ask("/write?name=three");
  await client.d1.database.timeTravel.restore(database, { ...scope, bookmark });
  expect(JSON.parse((await ask("/read?name=one")).text).rows).toEqual(["one", "two"]);
  expect((await ask("/write?name=four")).status).toBe(200);
  expect(await sql("SELECT a FROM t ORDER BY a")).toEqual([{ a: "four" }, { a: "one" }, { a: "two" }]);
});

test("a Worker that is still bound to what was deleted gets D1's and R2's errors, and brings nothing to life", async () => {
  await client.r2.buckets.objects.delete("dir/one", { ...scope, bucket_name: "bucket" });
  for (const key of ["two", "three", "four"])
    await client.r2.buckets.objects.delete(`dir/${key}`, { ...scope, bucket_name: "bucket" });
  await client.r2.buckets.delete("bucket", scope);
  const written = await ask("/write?name=five");
  expect(written.status).toBe(500);
  expect(written.text).toContain("put: The specified bucket does not exist. (10006)");
  await expect(client.kv.namespaces.delete(namespace, scope)).rejects.toThrow(
    /400.*10052.*namespace has associated scripts: writer/,
  );
  await client.d1.database.delete(database, scope);
  const read = await ask("/read?name=one");
  expect(read).toMatchObject({ status: 500, text: expect.stringContaining("D1_ERROR") });
});
