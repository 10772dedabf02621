import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../internal-errors.ts";
import { type Embedded, startEmbedded } from "../../start.ts";
import { deployScript } from "../testing/deploy-script.ts";
import { type Project, wranglerProject } from "../testing/wrangler.ts";

/** What a person does first with each kind of store, by the real wrangler: every call of it starts a process. */
let embedded: Embedded;
let project: Project;

beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const account = embedded.accounts[0]?.id ?? "";
  project = wranglerProject(embedded, account);
  await deployScript({ ...embedded, account }, "worker", "export default { queue() {} }", []);
});
afterAll(async () => {
  expect(project.outside()).toEqual([]);
  project.remove();
  await embedded.close();
});

const succeeds = (...args: string[]): Promise<string> => project.succeeds(...args);
const fails = (...args: string[]): Promise<string> => project.fails(...args);

const trigger = `CREATE TRIGGER noted AFTER INSERT ON notes
BEGIN
  UPDATE notes SET body = body || ';' WHERE id = new.id;
END;`;

test("wrangler creates a namespace, writes and reads keys one by one and in bulk, and deletes it", async () => {
  const id =
    /"id": "([0-9a-f]{32})"/.exec(await succeeds("kv", "namespace", "create", "SESSIONS"))?.[1] ?? "";
  expect(JSON.parse(await succeeds("kv", "namespace", "list"))).toEqual([
    { id, title: "SESSIONS", supports_url_encoding: true },
  ]);
  const there = ["--namespace-id", id, "--remote"];
  await succeeds("kv", "key", "put", "users/ä b", "value", ...there, "--ttl", "100", "--metadata", '{"n":1}');
  expect(await succeeds("kv", "key", "get", "users/ä b", ...there)).toBe("value");
  project.write(
    "pairs.json",
    JSON.stringify([
      { key: "users/2", value: "two" },
      { key: "other", value: "x" },
    ]),
  );
  await succeeds("kv", "bulk", "put", "pairs.json", ...there);
  const keys = JSON.parse(await succeeds("kv", "key", "list", ...there, "--prefix", "users/"));
  expect(keys).toEqual([
    { name: "users/2" },
    { name: "users/ä b", expiration: expect.any(Number), metadata: { n: 1 } },
  ]);
  project.write("keys.json", JSON.stringify(["users/2", "other"]));
  await succeeds("kv", "bulk", "delete", "keys.json", ...there, "--force");
  await succeeds("kv", "key", "delete", "users/ä b", ...there);
  expect(JSON.parse(await succeeds("kv", "key", "list", ...there))).toEqual([]);
  await succeeds("kv", "namespace", "delete", "--namespace-id", id, "-y");
  expect(JSON.parse(await succeeds("kv", "namespace", "list"))).toEqual([]);
});

test("wrangler creates, finds and migrates a database, travels in time and deletes it", async () => {
  const created = await succeeds("d1", "create", "dome-meta", "--location", "enam");
  const id = /"database_id": "([0-9a-f-]{36})"/.exec(created)?.[1];
  expect(id).toBeDefined();
  expect(created).toContain("in region ENAM");
  expect(await fails("d1", "create", "dome-meta")).toContain("already exists");
  project.write(
    "wrangler.json",
    JSON.stringify({
      name: "app",
      compatibility_date: "2026-01-01",
      d1_databases: [{ binding: "DB", database_name: "dome-meta", database_id: id }],
    }),
  );
  expect(await succeeds("d1", "list")).toContain(id);

  project.write(
    "migrations/0001_notes.sql",
    `CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);\n${trigger}\n`,
  );
  project.write("migrations/0002_first.sql", "INSERT INTO notes(body) VALUES ('a;b');\n");
  project.write(
    "migrations/0003_broken.sql",
    "INSERT INTO notes(body) VALUES ('half');\nINSERT INTO nowhere VALUES (1);\n",
  );
  expect(await fails("d1", "migrations", "apply", "dome-meta", "--remote")).toContain(
    "no such table: nowhere: SQLITE_ERROR",
  );
  const left = await succeeds("d1", "migrations", "list", "dome-meta", "--remote");
  expect(left).toContain("0003_broken.sql");
  expect(left).not.toContain("0002_first.sql");

  const selected = await succeeds(
    "d1",
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
  expect(await fails("d1", "execute", "dome-meta", "--remote", "--command", "SELEC 1")).toContain(
    'near "SELEC": syntax error at offset 0: SQLITE_ERROR [code: 7500]',
  );

  const before = JSON.parse(await succeeds("d1", "time-travel", "info", "dome-meta", "--json"));
  project.write(
    "more.sql",
    `${trigger.replace("noted", "again").replace("BEGIN", "begin")}\r\nDELETE FROM notes;`,
  );
  expect(await succeeds("d1", "execute", "dome-meta", "--remote", "--file", "more.sql")).toContain(
    "Executed 2 queries",
  );
  project.write("bad.sql", "INSERT INTO notes(body) VALUES ('x');\nINSERT INTO nowhere VALUES (1);");
  expect(await fails("d1", "execute", "dome-meta", "--remote", "--file", "bad.sql")).toContain(
    "no such table: nowhere",
  );
  const restored = JSON.parse(
    await succeeds("d1", "time-travel", "restore", "dome-meta", "--json", "--bookmark", before.bookmark),
  );
  expect(restored.previous_bookmark > before.bookmark).toBe(true);

  await succeeds("d1", "export", "dome-meta", "--remote", "--output", "dump.sql");
  const dump = readFileSync(join(project.folder, "dump.sql"), "utf8");
  expect(dump).toContain(`INSERT INTO "notes" ("id","body") VALUES(1,'a;b;');`);
  expect(dump).not.toContain("TRIGGER again");
  expect(await succeeds("d1", "delete", "dome-meta", "-y")).toContain("Deleted 'dome-meta' successfully");
  expect(await fails("d1", "execute", "dome-meta", "--remote", "--command", "SELECT 1")).toContain(
    "[code: 7404]",
  );
});

test("wrangler creates a bucket, puts, gets and deletes an object, and deletes the bucket", async () => {
  expect(await succeeds("r2", "bucket", "create", "dome-raw")).toContain("Created bucket 'dome-raw'");
  expect(await fails("r2", "bucket", "create", "dome-raw")).toContain("[code: 10004]");
  expect(await succeeds("r2", "bucket", "list")).toMatch(/name: +dome-raw/);
  project.write("note.txt", "a note\n");
  await succeeds(
    "r2",
    "object",
    "put",
    "dome-raw/notes/ä b.txt",
    "--remote",
    "--file",
    "note.txt",
    "--content-type",
    "text/plain",
    "--cache-control",
    "no-store",
  );
  await succeeds("r2", "object", "get", "dome-raw/notes/ä b.txt", "--remote", "--file", "back.txt");
  expect(readFileSync(join(project.folder, "back.txt"), "utf8")).toBe("a note\n");
  expect(await fails("r2", "bucket", "delete", "dome-raw")).toContain("[code: 10008]");
  await succeeds("r2", "object", "delete", "dome-raw/notes/ä b.txt", "--remote");
  expect(await fails("r2", "object", "get", "dome-raw/notes/ä b.txt", "--remote", "--pipe")).toContain(
    "The specified key does not exist",
  );
  expect(await succeeds("r2", "bucket", "delete", "dome-raw")).toContain("Deleted bucket");
});

test("wrangler creates a queue, gives it a consumer, pauses, purges and deletes it", async () => {
  await succeeds("queues", "create", "dead");
  expect(
    await succeeds(
      "queues",
      "create",
      "jobs",
      "--delivery-delay-secs=0",
      "--message-retention-period-secs=3600",
    ),
  ).toContain("Created queue 'jobs'");
  expect(await fails("queues", "create", "jobs")).toContain(
    "Queue name 'jobs' is already taken. Please use a different name and try again. [code: 11009]",
  );
  expect(
    await succeeds(
      "queues",
      "consumer",
      "add",
      "jobs",
      "worker",
      "--batch-size=2",
      "--batch-timeout=1",
      "--dead-letter-queue=dead",
    ),
  ).toContain("Added consumer to queue jobs");
  expect(await succeeds("queues", "pause-delivery", "jobs")).toContain(
    "Paused message delivery for queue jobs",
  );
  expect(await succeeds("queues", "info", "jobs")).toMatch(/Number of Consumers: 1/);
  expect(await succeeds("queues", "consumer", "remove", "jobs", "worker")).toContain(
    "Removed consumer from queue jobs",
  );
  expect(await succeeds("queues", "purge", "jobs", "--force")).toContain("Purged Queue 'jobs'");
  expect(await succeeds("queues", "delete", "jobs")).toContain("Deleted queue jobs");
});

test("wrangler creates an index, fills it, asks it and deletes it", async () => {
  expect(
    await succeeds(
      "vectorize",
      "create",
      "notes",
      "--dimensions=3",
      "--metric=cosine",
      "--description=all notes",
    ),
  ).toContain("Successfully created a new Vectorize index: 'notes'");
  expect(await fails("vectorize", "create", "notes", "--dimensions=3", "--metric=cosine")).toContain(
    'vectorize.index.duplicate_name - Index name "notes" [code: 3002]',
  );

  expect(
    await succeeds("vectorize", "create-metadata-index", "notes", "--property-name=lang", "--type=string"),
  ).toContain("Successfully enqueued metadata index creation");
  expect(await succeeds("vectorize", "list-metadata-index", "notes", "--json")).toContain('"lang"');

  const vectors = [
    { id: "a", values: [1, 0, 0], metadata: { lang: "en" } },
    { id: "b", values: [0.9, 0.1, 0], metadata: { lang: "da" } },
    { id: "c", values: [0, 1, 0], namespace: "n" },
  ];
  project.write("v.ndjson", vectors.map((v) => JSON.stringify(v)).join("\n"));
  expect(await succeeds("vectorize", "insert", "notes", "--file=v.ndjson")).toContain(
    "Successfully enqueued 3 vectors into index 'notes'",
  );

  expect(
    await succeeds(
      "vectorize",
      "query",
      "notes",
      "--vector",
      "1",
      "0",
      "0",
      "--filter",
      '{"lang":"da"}',
      "--return-metadata=all",
    ),
  ).toContain('"id": "b"');
  expect(await succeeds("vectorize", "delete", "notes", "--force")).toContain("Deleted index notes");
  expect(await fails("vectorize", "get", "notes")).toContain(
    'vectorize.index.not_found - Index name "notes" [code: 3000]',
  );
});
