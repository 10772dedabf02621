import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

let embedded: Embedded;
let project: Project;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  project = wranglerProject(embedded, embedded.accounts[0]?.id ?? "");
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const wrangler = (...args: string[]): Promise<string> => project.succeeds(...args);

test("wrangler's other D1 commands", async () => {
  const created = await wrangler("d1", "create", "db");
  const id = /"database_id": "([0-9a-f-]{36})"/.exec(created)?.[1] ?? "";
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "app",
      compatibility_date: "2026-01-01",
      d1_databases: [{ binding: "DB", database_name: "db", database_id: id }],
    }),
  );
  expect(JSON.parse(await wrangler("d1", "info", "db", "--json"))).toMatchObject({ uuid: id, name: "db" });
  await wrangler("d1", "migrations", "create", "db", "init");
  const many = Array.from(
    { length: 3000 },
    (_, n) => `INSERT INTO t VALUES (${n}, '${"x".repeat(200)}');`,
  ).join("\n");
  project.write("big.sql", `CREATE TABLE t(a, b);\n${many}\n`);
  await wrangler("d1", "execute", "db", "--remote", "--file", "big.sql");
  const timestamp = new Date().toISOString();
  await wrangler("d1", "execute", "db", "--remote", "--command", "DELETE FROM t");
  await wrangler("d1", "time-travel", "restore", "db", "--timestamp", timestamp, "--json");
  const [{ results }] = JSON.parse(
    await wrangler("d1", "execute", "db", "--remote", "--json", "--command", "SELECT count(*) AS n FROM t"),
  );
  expect(results).toEqual([{ n: 3000 }]);
  await wrangler("d1", "export", "db", "--remote", "--no-data", "--table", "t", "--output", "schema.sql");
  await wrangler("d1", "delete", "db", "-y");
});

test("wrangler's other R2 commands", async () => {
  await wrangler("r2", "bucket", "create", "files", "--storage-class", "InfrequentAccess");
  expect(await wrangler("r2", "bucket", "info", "files")).toMatch(/name: +files/);
  await wrangler("r2", "bucket", "update", "storage-class", "files", "-s", "Standard");
  project.write(
    "cors.json",
    JSON.stringify({ rules: [{ allowed: { origins: ["https://x.example"], methods: ["GET"] } }] }),
  );
  await wrangler("r2", "bucket", "cors", "set", "files", "--file", "cors.json", "--force");
  expect(await wrangler("r2", "bucket", "cors", "list", "files")).toContain("https://x.example");
  await wrangler("r2", "bucket", "cors", "delete", "files", "--force");
  await wrangler("r2", "bucket", "lifecycle", "add", "files", "old", "tmp/", "--expire-days", "3", "--force");
  expect(await wrangler("r2", "bucket", "lifecycle", "list", "files")).toMatch(/old[\s\S]*tmp\//);
  await wrangler("r2", "bucket", "lifecycle", "remove", "files", "--name", "old");
  await wrangler("r2", "bucket", "lock", "add", "files", "keep", "logs/", "--retention-days", "3", "--force");
  expect(await wrangler("r2", "bucket", "lock", "list", "files")).toContain("keep");
  await wrangler("queues", "create", "uploads");
  await wrangler(
    "r2",
    "bucket",
    "notification",
    "create",
    "files",
    "--event-types",
    "object-create",
    "--queue",
    "uploads",
    "--prefix",
    "in/",
  );
  expect(await wrangler("r2", "bucket", "notification", "list", "files")).toContain("uploads");
  await wrangler("r2", "bucket", "notification", "delete", "files", "--queue", "uploads");
  await wrangler(
    "r2",
    "bucket",
    "domain",
    "add",
    "files",
    "--domain",
    "files.example.com",
    "--zone-id",
    "z".repeat(32),
    "--force",
  );
  expect(await wrangler("r2", "bucket", "domain", "list", "files")).toContain("files.example.com");
  await wrangler("r2", "bucket", "dev-url", "enable", "files", "--force");
  expect(await wrangler("r2", "bucket", "dev-url", "get", "files")).toContain("r2.dev");
  await wrangler("r2", "bucket", "delete", "files");
});

test("wrangler's other KV commands", async () => {
  const id = /"id": "([0-9a-f]{32})"/.exec(await wrangler("kv", "namespace", "create", "one"))?.[1] ?? "";
  await wrangler("kv", "namespace", "rename", "--namespace-id", id, "--new-name", "two");
  expect(JSON.parse(await wrangler("kv", "namespace", "list"))).toMatchObject([{ id, title: "two" }]);
  project.write(
    "pairs.json",
    JSON.stringify(Array.from({ length: 1500 }, (_, n) => ({ key: `k${n}`, value: `v${n}` }))),
  );
  await wrangler("kv", "bulk", "put", "pairs.json", "--namespace-id", id, "--remote");
  expect(JSON.parse(await wrangler("kv", "key", "list", "--namespace-id", id, "--remote"))).toHaveLength(
    1500,
  );
  project.write("keys.json", JSON.stringify(["k1", "none"]));
  expect(await wrangler("kv", "bulk", "get", "keys.json", "--namespace-id", id, "--remote")).toContain("v1");
});
