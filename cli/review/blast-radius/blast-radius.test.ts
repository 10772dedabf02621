import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { d1, kv, queue, type System, system, worker } from "../../../src/declare/index.ts";
import { readFolder } from "../../../src/migrations/files/reading.ts";
import { planNew } from "../../../src/migrations/plan/job.ts";
import type { Held } from "../../../src/program/losses/held.ts";
import type { SystemStatements } from "../../../src/statements/kept.ts";
import type { PlanDigest } from "../../stack/plan/plan-digest.ts";
import { changesOf } from "../../stack/plan/plan-digest.ts";
import { migratedBy } from "./by-table.ts";
import { countAll } from "./count.ts";
import { radiusOf } from "./radius-of.ts";
import { radiusText } from "./text.ts";
import { goneIn, migratedIn, touchedBy } from "./touched.ts";
import { wrapped } from "./wrapped.ts";

const settings = { main: "workers/x.ts", compatibilityDate: "2026-06-01" };
const [orders, cache, jobs, dead] = [d1("orders"), kv("cache"), queue("jobs"), queue("dead")];
const api = worker("api", { ...settings, env: { DB: orders, CACHE: cache, JOBS: jobs } });
const work = worker("work", {
  ...settings,
  env: { DB: orders },
  consumes: [{ queue: jobs, deadLetter: dead }],
});
const rooms = worker("rooms", { ...settings, durableObjects: { Room: {} } });
const shop: System = system("shop", [orders, cache, jobs, dead, api, work, rooms]);

const types = {
  d1: "cloudflare:index/d1Database:D1Database",
  kv: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  queue: "cloudflare:index/queue:Queue",
  worker: "cloudflare:index/worker:Worker",
  version: "cloudflare:index/workerVersion:WorkerVersion",
  consumer: "cloudflare:index/queueConsumer:QueueConsumer",
  migrations: "pulumi-nodejs:dynamic/lockstep:Migrations",
};
const step = (op: string, type: string, name: string) => ({
  op,
  urn: `urn:pulumi:prod::p::lockstep:x:X$${type}::${name}`,
});
const plan = (...steps: ReturnType<typeof step>[]): PlanDigest => ({ steps });
const held = (type: string, label: string, holder: Held["holder"]): Held => ({
  type,
  label,
  name: label,
  holder,
});
const all: readonly Held[] = [
  held(types.d1, "shop/orders", { kind: "d1", id: "d" }),
  held(types.kv, "shop/cache", { kind: "kv", id: "k" }),
  held(types.queue, "shop/jobs", { kind: "queue", id: "q" }),
  held(types.worker, "shop/rooms", { kind: "class", script: "rooms", className: "Room" }),
];
const touched = (...steps: ReturnType<typeof step>[]): readonly string[] =>
  touchedBy(changesOf(plan(...steps)), all, migratedIn(changesOf(plan(...steps)))).map(
    ({ held: { label }, becomes }) => `${label} ${becomes}`,
  );

test("a store is touched where it goes, is exchanged, is migrated, or something of it changes", () => {
  expect(touched(step("delete", types.d1, "shop/orders"))).toEqual(["shop/orders deleted"]);
  expect(
    touched(
      step("create-replacement", types.kv, "shop/cache"),
      step("replace", types.kv, "shop/cache"),
      step("delete-replaced", types.kv, "shop/cache"),
    ),
  ).toEqual(["shop/cache replaced"]);
  expect(touched(step("update", types.migrations, "shop/orders/expand"))).toEqual(["shop/orders migrated"]);
  expect(touched(step("update", types.queue, "shop/jobs"))).toEqual(["shop/jobs changed"]);
  expect(touched(step("create", types.consumer, "shop/work/jobs"))).toEqual(["shop/jobs changed"]);
  expect(touched(step("replace", types.version, "shop/orders"))).toEqual([]);
  expect(touched(step("same", types.d1, "shop/orders"))).toEqual([]);
});

test("objects of a class are touched where their worker goes, and not by new code", () => {
  expect(touched(step("delete", types.worker, "shop/rooms"))).toEqual(["shop/rooms deleted"]);
  expect(touched(step("update", types.worker, "shop/rooms"))).toEqual([]);
  expect(touched(step("replace", types.version, "shop/rooms"))).toEqual([]);
});

test("a new version takes nothing away; everything else that goes is named", () => {
  const changes = changesOf(
    plan(
      step("replace", types.version, "shop/api"),
      step("delete", types.consumer, "shop/work/jobs"),
      step("replace", types.kv, "shop/cache"),
    ),
  );
  expect(goneIn(changes)).toEqual([
    { resource: "shop/work/jobs", type: "QueueConsumer", becomes: "deleted" },
    { resource: "shop/cache", type: "WorkersKvNamespace", becomes: "replaced" },
  ]);
});

/** What the code of shop gives to `orders`. */
const code = (
  ...given: readonly (readonly [worker: string, sql: string])[]
): Record<string, SystemStatements> => ({
  shop: {
    folders: {},
    workers: given.map(([name, sql]) => ({
      worker: name,
      elsewhere: 0,
      statements: [
        {
          worker: name,
          databases: ["orders"],
          forms: [{ sql, file: "x.ts", line: 1, column: 1, complete: true, unresolved: [], ways: {} }],
        },
      ],
    })),
  },
});

const radius = (becomes: "deleted" | "changed", known: Record<string, SystemStatements>) =>
  radiusOf({
    stage: "prod",
    systems: [shop],
    plan: { changeSummary: { delete: 1 } },
    touched: all.map((each) => ({ held: each, becomes })),
    holds: [
      { unit: "rows", count: 12_345, atLeast: true },
      { unit: "keys", count: undefined, atLeast: false, why: "not counted within 10 s" },
      { unit: "messages", count: 1, atLeast: false },
      { unit: "objects", count: 0, atLeast: false },
    ],
    migrations: [],
    code: known,
    backups: { text: "there is no backup", proven: { "shop/orders": "2026-11-29T12:00:00Z" } },
  });

test("who uses a store is told by what the workers bind, what they consume and the statements in their code", () => {
  const of = (known: Record<string, SystemStatements>) =>
    Object.fromEntries(
      radius("changed", known).atStake.map(({ store, usedBy }) => [
        store,
        usedBy.map(({ worker: name, reads, writes }) => `${name}${reads ? " r" : ""}${writes ? " w" : ""}`),
      ]),
    );
  expect(of(code(["api", "SELECT id FROM orders"], ["work", "INSERT INTO orders VALUES (1)"]))).toEqual({
    "shop/orders": ["shop/api r", "shop/work w"],
    "shop/cache": ["shop/api r w"],
    "shop/jobs": ["shop/api w", "shop/work r"],
    "shop/rooms, Room": ["shop/rooms r w"],
  });
  expect(of({})["shop/orders"]).toEqual(["shop/api r w", "shop/work r w"]);
});

test("it fits into 80 columns, says of every count what it is, and when a restore was last proven", () => {
  const text = radiusText(radius("deleted", {}));
  expect(text).toContain("shop/orders       deleted  at least 12,345 rows");
  expect(text).toContain("2026-11-29");
  expect(text).toMatch(/^ {2}shop\/cache +deleted +unknown keys +-$/m);
  expect(text).toMatch(/^ {2}shop\/cache: not counted within 10 s$/m);
  expect(text).toContain("1 message ");
  expect(text).toContain("0 objects");
  const [first, ...others] = radius("deleted", {}).atStake;
  if (first === undefined) throw new Error("nothing at stake");
  const long = { ...first, store: `shop/${"orders-of-".repeat(5)}all` };
  const wide = radiusText({ ...radius("deleted", {}), atStake: [long, ...others] });
  expect(wide).toContain(`${long.store}: deleted, at least\n`);
  for (const line of [text, wide].join("\n").split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("what holds nothing and deletes nothing has no radius, and says so", () => {
  const text = radiusText({ ...radius("changed", {}), atStake: [], gone: [] });
  expect(text).toBe("Blast radius of prod: nothing that holds data is touched, nothing is deleted\n");
});

test("the statements of pending files stand by the table that they are about, those of indexes too", () => {
  const directory = "migrations/taco/billing";
  const files = readFolder(directory);
  const migrated = migratedBy(
    planNew({ label: "taco/billing", folder: directory, directory, opened: undefined }),
    [],
  );
  expect(migrated.isNew).toBe(true);
  expect(migrated.files.length).toBe(files.length);
  const told = migrated.tables.flatMap(({ statements }) => statements.map(({ what }) => what));
  expect(told.length).toBe(files.flatMap(({ statements }) => statements).length);
  for (const { table, statements } of migrated.tables)
    if (table !== "") expect(statements[0]?.what, table).not.toMatch(/INDEX/);
});

test("counting ends after its time, and what Cloudflare refuses hides nothing of the others", async () => {
  const server = createServer((request, response) => {
    if (request.url?.includes("/queues/") === true)
      response
        .writeHead(403)
        .end(JSON.stringify({ success: false, errors: [{ code: 10000, message: "no" }] }));
    if (request.url?.includes("/vectorize/") === true)
      response.end(JSON.stringify({ success: true, errors: [], result: { vectorCount: 7 } }));
    // A namespace is never answered for.
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const api = { baseUrl: `http://127.0.0.1:${address.port}`, token: "t" };
  const counted = await countAll(
    api,
    "a",
    [
      { kind: "kv", id: "k" },
      { kind: "queue", id: "q" },
      { kind: "vectorize", name: "v" },
    ],
    500,
  );
  server.closeAllConnections();
  server.close();
  expect(counted).toEqual([
    { unit: "keys", count: undefined, atLeast: false, why: "not counted within 0.5 s" },
    { unit: "messages", count: undefined, atLeast: false, why: expect.stringContaining("no (code 10000)") },
    { unit: "vectors", count: 7, atLeast: false },
  ]);
});

test("a line is broken between words alone", () => {
  expect(wrapped("a bb ccc dddd", 5, "  ")).toEqual(["a bb", "  ccc", "  dddd"]);
  expect(wrapped("  averylongname x", 5, "    ")).toEqual(["  averylongname", "    x"]);
});
