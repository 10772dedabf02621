import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Ran } from "../../harness/run.ts";
import { chainText } from "../../src/migrations/files/chain.ts";
import { readFolder } from "../../src/migrations/files/reading.ts";
import { type Clone, clone } from "../clone.ts";
import { type Name, type Row, rows, type Word } from "./table.ts";

/** One prod stack with something in it, which every row leaves as it was. */
let project: Clone;
let state = "";
let config = "";
let urns: Readonly<Record<Name, string>>;
let databaseId = "";
let before: Inventory;

const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({ resources: z.array(z.object({ urn: z.string(), id: z.string().optional() })) }),
  }),
});
const ends: Readonly<Record<Name, string>> = {
  database: "D1Database::dome/silo",
  worker: "index/worker:Worker::dome/silo",
  version: "WorkerVersion::dome/silo",
  deployment: "WorkersDeployment::dome/silo",
  guard: "lockstep:Guard::guard",
};

beforeAll(async () => {
  project = await clone();
  const up = await project.deploy("prod");
  expect(up.code, up.out).toBe(0);
  const kept = await project.visit("dome-api.prod.localhost", "/notes", { title: "a", text: "b" });
  expect(kept.status).toBe(201);
  state = readFileSync(stateFile(), "utf8");
  config = readFileSync(configFile(), "utf8");
  const all = checkpoint.parse(JSON.parse(state)).checkpoint.latest.resources;
  const found = (name: Name) => all.find(({ urn }) => urn.endsWith(ends[name]));
  const urnOf = (name: Name): string => found(name)?.urn ?? "";
  urns = {
    database: urnOf("database"),
    worker: urnOf("worker"),
    version: urnOf("version"),
    deployment: urnOf("deployment"),
    guard: urnOf("guard"),
  };
  expect(Object.values(urns)).not.toContain("");
  databaseId = found("database")?.id ?? "";
  before = await inventory();
});
afterAll(() => project.remove());

const configFile = (): string => join(project.folder, ".lockstep/config/prod.yaml");
const stateFile = (): string => join(project.folder, ".lockstep/state/.pulumi/stacks/lockstep/prod.json");

interface Inventory {
  readonly stores: string;
  readonly workers: string;
}

const results = z.array(z.object({ results: z.unknown() }));
const ids = z.array(z.object({ id: z.string() }));
const queues = z.array(z.object({ queue_id: z.string(), queue_name: z.string() }));
const databases = z.array(z.object({ uuid: z.string(), name: z.string() }));

/** What is in the account, with the schema and the rows of a database. */
async function inventory(): Promise<Inventory> {
  const get = (path: string): Promise<unknown> => project.api("prod", "GET", path);
  const sql = "SELECT name, sql FROM sqlite_schema ORDER BY name; SELECT * FROM notes";
  const stores = [
    databases.parse(await get("/d1/database")),
    results.parse(await project.api("prod", "POST", `/d1/database/${databaseId}/query`, { sql })),
    await get("/r2/buckets"),
    await get("/vectorize/v2/indexes"),
    queues.parse(await get("/queues")),
  ];
  const scripts = ids.parse(await get("/workers/scripts"));
  const workers = await Promise.all(
    scripts.map(async ({ id }) => [id, await get(`/workers/scripts/${id}/deployments`)]),
  );
  return { stores: JSON.stringify(stores), workers: JSON.stringify(workers) };
}

const word = (each: Word): string => (typeof each === "string" ? each : urns[each.urn]);
const migration = "migrations/dome/silo";

/** Adds a migration and changes the code that is deployed; gives what takes both back. */
function makePending(): () => void {
  const chain = readFileSync(join(project.folder, migration, "chain.txt"), "utf8");
  const code = "workers/dome/silo/index.ts";
  const was = readFileSync(join(project.folder, code), "utf8");
  project.write(`${migration}/0002_add_tag.sql`, "ALTER TABLE notes ADD COLUMN tag TEXT;\n");
  project.write(`${migration}/chain.txt`, chainText(readFolder(join(project.folder, migration))));
  project.write(code, `${was}\nexport const changed = 1;\n`);
  return () => {
    rmSync(join(project.folder, migration, "0002_add_tag.sql"));
    project.write(`${migration}/chain.txt`, chain);
    project.write(code, was);
  };
}

async function typed({ commands, env = {} }: Row): Promise<Ran> {
  let last: Ran = { code: 0, out: "", tookMs: 0 };
  for (const [at, words] of commands.entries()) {
    const stack = words[0] === "neo" || words[0] === "do" ? [] : ["--stack", "prod"];
    last = await project.pulumi([...words.map(word), ...stack], at === commands.length - 1 ? env : {});
    if (at < commands.length - 1) expect(last.code, last.out).toBe(0);
  }
  return last;
}

for (const row of rows)
  test(`${row.typed.replaceAll("`", "")}: ${row.code}`, async () => {
    const takeBack = row.pending ? makePending() : () => undefined;
    const { code, out } = await typed(row);
    takeBack();
    expect(code === 0 ? "done" : "refused", out).toBe(row.code);
    expect(out).toMatch(row.says);
    const after = await inventory();
    expect(after.stores).toBe(before.stores);
    if (row.takes === undefined) expect(after.workers).toBe(before.workers);
    else expect(after.workers).not.toBe(before.workers);
    // The next row finds the stack as the first one did.
    writeFileSync(configFile(), config);
    writeFileSync(stateFile(), state);
  });

test("afterwards an up finds all of it, and makes again what the last row took away", async () => {
  const up = await project.deploy("prod", "--refresh");
  expect(up.code, up.out).toBe(0);
  expect((await project.visit("dome-api.prod.localhost", "/health")).status).toBe(200);
  expect((await inventory()).stores).toBe(before.stores);
});
