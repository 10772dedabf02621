import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Embedded, startEmbedded } from "../start.ts";
import { call, upload, visit } from "./testing/call.ts";
import { type Project, wranglerProject } from "./testing/wrangler.ts";

const dataDir = mkdtempSync(join(tmpdir(), "lockstep-unchanged-"));
const said: string[] = [];
const start = (): Promise<Embedded> => startEmbedded({ dataDir, log: (line) => said.push(line) });
let embedded: Embedded;
const projects: Project[] = [];
beforeAll(async () => {
  embedded = await start();
});
afterAll(async () => {
  for (const project of projects) {
    expect(project.outside()).toEqual([]);
    project.remove();
  }
  await embedded.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

const realAccount = "f037e56e89293a057740de681ac9abbe";
const databaseId = "3b1f8e4a-6f2d-4c58-9d0e-0a6c7f5e2b11";
const namespaceId = "06779da6940b431db6e566b4846d64db";

/** A project as it lies in its repository: every id is one of a real account. */
function cloned(name: string, account: string, more: object = {}): Project {
  const project = wranglerProject(embedded, "");
  projects.push(project);
  project.write(
    "wrangler.json",
    JSON.stringify({
      name,
      main: "index.js",
      account_id: account,
      compatibility_date: "2026-07-01",
      d1_databases: [{ binding: "DB", database_name: "notes", database_id: databaseId }],
      kv_namespaces: [{ binding: "CACHE", id: namespaceId }],
      ...more,
    }),
  );
  project.write("migrations/0001_init.sql", "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT);");
  project.write(
    "index.js",
    `export default {
      async fetch(request, env) {
        const { pathname } = new URL(request.url);
        if (pathname !== "/") await env.DB.prepare("INSERT INTO note(text) VALUES (?)").bind(pathname).run();
        const { results } = await env.DB.prepare("SELECT text FROM note ORDER BY id").all();
        return new Response(results.map(({ text }) => text).join(" ") + " " + (await env.CACHE.get("greeting")));
      },
      queue() {},
    }`,
  );
  return project;
}

const aliases = async (account = embedded.accounts[0]?.id): Promise<readonly unknown[]> =>
  (await call(embedded, "GET", `/accounts/${account}/embedded/aliases`)).list;

test("a wrangler project deploys unchanged: its migrations, its data, its queues and buckets, twice, and again after a restart", async () => {
  const notes = cloned("notes", realAccount, {
    r2_buckets: [{ binding: "FILES", bucket_name: "notes-files" }],
    queues: {
      producers: [{ binding: "JOBS", queue: "notes-jobs" }],
      consumers: [{ queue: "notes-more", dead_letter_queue: "notes-dead" }],
    },
  });
  await notes.succeeds("d1", "migrations", "apply", "notes", "--remote");
  await notes.succeeds("kv", "key", "put", "--binding", "CACHE", "greeting", "hello", "--remote");
  expect(await notes.succeeds("deploy")).toContain("notes.dev.localhost");
  expect(await visit(embedded, "notes", "dev", "/one")).toBe("200 /one hello");
  const first = await aliases();
  expect(first).toMatchObject([
    { of: "account", alias: realAccount, name: "dev" },
    { of: "database", alias: databaseId },
    { of: "namespace", alias: namespaceId },
  ]);
  expect(said.filter((line) => line.includes(databaseId))).toHaveLength(1);

  await notes.succeeds("deploy");
  expect(await notes.succeeds("d1", "migrations", "apply", "notes", "--remote")).toContain("No migrations");
  expect(await visit(embedded, "notes", "dev", "/two")).toBe("200 /one /two hello");
  expect(await aliases()).toEqual(first);

  await embedded.close();
  embedded = await start();
  await notes.succeeds("deploy");
  expect(await visit(embedded, "notes")).toBe("200 /one /two hello");
  expect(await aliases()).toEqual(first);
});

test("a second project with the same ids has the same stores, one of another account has its own", async () => {
  await cloned("reader", realAccount).succeeds("deploy");
  expect(await visit(embedded, "reader")).toBe("200 /one /two hello");
  const other = cloned("notes", "a".repeat(8) + "b".repeat(24));
  await other.succeeds("d1", "migrations", "apply", "notes", "--remote");
  expect(await other.succeeds("deploy")).toContain("notes.account-aaaaaaaa.localhost");
  expect(await visit(embedded, "notes", "account-aaaaaaaa", "/theirs")).toBe("200 /theirs null");
  expect(await visit(embedded, "notes")).toBe("200 /one /two hello");
});

test("an id that is wrong stays wrong for everybody else, and a placeholder for wrangler too", async () => {
  const account = embedded.accounts[0]?.id;
  const form = upload("export default {}", {
    bindings: [{ type: "d1", name: "DB", id: "11111111-2222-4333-8444-555555555555" }],
  });
  expect(await call(embedded, "PUT", `/accounts/${account}/workers/scripts/wrong`, form)).toMatchObject({
    code: 10181,
  });
  expect(await call(embedded, "GET", `/accounts/${"c".repeat(32)}/workers/scripts`)).toMatchObject({
    code: 7003,
  });
  const placeholder = cloned("template", realAccount, {
    d1_databases: [{ binding: "DB", database_name: "notes", database_id: "<your database id>" }],
  });
  expect(await placeholder.fails("deploy")).toContain("[code: 10181]");
  expect(await placeholder.fails("queues", "info", "mistyped")).toContain("does not exist");
});
