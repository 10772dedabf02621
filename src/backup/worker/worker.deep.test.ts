import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { bundle } from "../../bundle/build.ts";
import { call } from "../../cloudflare/api.ts";
import { type Bucket, getObject, listObjects, putObject, removeObject } from "../../cloudflare/s3/bucket.ts";
import { s3Of } from "../../cloudflare/s3/s3.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import type { Account } from "../account.ts";
import { bring, pull } from "../bucket/mirror.ts";
import type { Depot } from "../bucket/place.ts";
import { underWayIn } from "../bucket/worker-run.ts";
import { databaseFor, endpointOf } from "../databases.ts";
import { drill } from "../drill/drill.ts";
import { namespaceFor, putPairs } from "../kv/namespaces.ts";
import type { Pair } from "../kv/pairs.ts";
import { readHead } from "../store/head.ts";
import { backupNames } from "../store/heads.ts";
import { openBackup } from "../store/open.ts";
import type { WorkerSettings } from "./settings.ts";
import { mostTries } from "./under-way.ts";

const root = join(import.meta.dirname, "../../..");
const data = mkdtempSync(join(tmpdir(), "lockstep-backup-worker-"));
const depots = mkdtempSync(join(tmpdir(), "lockstep-depot-"));
const [due, tick] = ["0 3 * * *", "*/15 * * * *"];
const prefix = "embedded/prod/";
let embedded: Embedded;
let account: Account;
let bucket: Bucket;
let depot: Depot;
let identity = "";
let databaseId = "";
beforeAll(async () => {
  embedded = await startEmbedded({ dataDir: data, log: logInternalErrors });
  account = {
    connection: { baseUrl: embedded.api, token: embedded.token },
    accountId: embedded.accounts[0]?.id ?? "",
  };
  const s3 = await s3Of(account.connection, account.accountId);
  bucket = { s3, name: "backups", jurisdiction: "default" };
  depot = { folder: join(depots, "prod"), there: { bucket, prefix } };
  identity = await generateX25519Identity();
  await call(account.connection, "POST", `/accounts/${account.accountId}/r2/buckets`, { name: "backups" });
  databaseId = (await databaseFor(account, "silo", "silo")).id;
  await database().run([
    "CREATE TABLE child(id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES parent(id), body BLOB, n AS (length(body)))",
    "CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT, created_at TEXT)",
    "CREATE TABLE word(w TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE search USING fts5(name, content = 'parent', content_rowid = 'id')",
    "CREATE INDEX by_parent ON child(parent)",
    "INSERT INTO parent VALUES (1, 'one', '2026-01-01'), (9007199254740993, 'it''s; é' || char(0) || 'x', '2026-01-02'), (3, CAST(X'ff41' AS TEXT), NULL)",
    "INSERT INTO search(search) VALUES ('rebuild')",
    ...Array.from(
      { length: 6 },
      () =>
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO child(parent, body) SELECT 1 + (i % 2) * 2, randomblob(600) FROM n",
    ),
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO word SELECT 'w' || i || hex(randomblob(1000)), i FROM n",
  ]);
});
afterAll(async () => {
  await embedded.close();
  for (const folder of [data, depots]) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
const database = () => queryDatabase(endpointOf(account, databaseId), "dome/silo");

/** Deploys the worker as a stage would have it, with so small a share for each invocation that the database takes several. */
async function deployed(namespaceId: string): Promise<void> {
  const settings: Omit<WorkerSettings, "databases" | "namespaces"> = {
    ...{ stage: "prod", target: "embedded", accountId: account.accountId, tool: "test", prefix },
    recipients: [await identityToRecipient(identity)],
    to: { bucket: "backups" },
    schedule: [due],
    requests: 20,
    notInBackup: ["versions"],
  };
  const { mainModule, modules } = (await bundle({ main: "src/backup/worker/main.ts" }, root)).bundle;
  const form = new FormData();
  const metadata = {
    main_module: mainModule,
    compatibility_date: "2026-06-01",
    compatibility_flags: ["nodejs_compat"],
    bindings: [
      { name: "BACKUPS", type: "r2_bucket", bucket_name: "backups" },
      { name: "SETTINGS", type: "plain_text", text: JSON.stringify(settings) },
      { name: "OWN_KEY", type: "secret_text", text: await generateX25519Identity() },
      {
        ...{ name: "D1_0_OF", type: "plain_text" },
        text: JSON.stringify({ key: "dome/silo", id: databaseId, physicalName: "silo" }),
      },
      {
        ...{ name: "KV_0_OF", type: "plain_text" },
        text: JSON.stringify({ key: "dome/SESSIONS", id: namespaceId, title: "sessions" }),
      },
      { name: "D1_0", type: "d1", id: databaseId },
      { name: "KV_0", type: "kv_namespace", namespace_id: namespaceId },
    ],
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  for (const { name, contentType, contentFile } of modules)
    form.set(name, new Blob([readFileSync(join(root, contentFile))], { type: contentType }), name);
  await call(account.connection, "PUT", `/accounts/${account.accountId}/workers/scripts/backup`, form);
}

const fire = (cron: string) =>
  call(account.connection, "POST", `/accounts/${account.accountId}/embedded/scripts/backup/scheduled`, {
    cron,
  });
/** Those of workerds that ended are still written down. */
function killCells(): void {
  const isCell = (pid: string): boolean =>
    existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("workerd");
  const pids = readdirSync(join(data, "cells", "pids")).filter(isCell);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(Number(pid), "SIGKILL");
}
const keys = async () => (await listObjects(bucket, prefix)).map(({ key }) => key.slice(prefix.length));
const heads = async () => (await keys()).filter((key) => key.endsWith("head.json"));

/** Nobody waits for an invocation that was killed: as if its five minutes were over. */
async function forgetHolder(): Promise<void> {
  const key = `${prefix}under-way.json`;
  const found = await getObject(bucket, key);
  if (found === undefined) return;
  const state = z.looseObject({}).parse(await new Response(found).json());
  const text = JSON.stringify({ ...state, untilMs: 0 });
  await removeObject(bucket, key);
  await putObject(bucket, key, textOf(text));
}
const textOf = (text: string) => {
  const bytes = Buffer.from(text);
  return {
    bytes: bytes.length,
    md5: createHash("md5").update(bytes).digest("hex"),
    open: () => Readable.from([bytes]),
  };
};

async function* pairs(): AsyncGenerator<Pair> {
  for (let i = 0; i < 1200; i++)
    yield { key: `k${i}`, value: Buffer.from(`v${i}`).toString("base64"), metadata: { i } };
  yield { key: "binary", value: Buffer.from([255, 0, 1]).toString("base64"), expiration: 2_000_000_000 };
}

async function newest() {
  await pull(depot);
  const name = backupNames(depot.folder).at(-1) ?? "";
  await bring(depot, name);
  return openBackup(readHead(join(depot.folder, name)), identity);
}
const proven = async () =>
  drill(await newest(), { folder: depot.folder, identity, account: target(), say: () => {} });
/** Another account than the stage's. */
const target = (): Account => ({ ...account, accountId: embedded.accounts[1]?.id ?? "" });

async function untilWritten(wanted: number): Promise<void> {
  for (let ticks = 1; ; ticks++) {
    expect(await fire(tick)).toEqual({ outcome: "ok" });
    if ((await heads()).length === wanted) return;
    expect(ticks).toBeLessThan(40);
  }
}

test.runIf(process.platform === "linux")(
  "a cron's worker backs a stage up in several invocations, goes on where one was killed, and a drill proves it row by row",
  async () => {
    const namespaceId = await namespaceFor(account, "sessions");
    await putPairs(account, namespaceId, pairs());
    await deployed(namespaceId);

    expect(await fire(tick)).toEqual({ outcome: "ok" });
    expect(await keys()).toEqual([]);

    let isOver = false;
    const begun = (cron: string) =>
      fire(cron)
        .catch(() => undefined)
        .finally(() => {
          isOver = true;
        });
    let first = begun(due);
    while (!(await keys()).some((key) => key.includes("/d1-0-"))) {
      // One that failed before its first file is gone on with, as every other.
      if (isOver) {
        isOver = false;
        first = begun(tick);
      }
      await sleep(20);
    }
    killCells();
    await first;
    expect(await heads()).toEqual([]);
    await forgetHolder();
    // The cell is started again in its own time.
    await expect.poll(() => fire(tick).catch(() => undefined)).toEqual({ outcome: "ok" });
    await untilWritten(1);
    expect((await keys()).filter((key) => !key.startsWith("2"))).toEqual([]);

    const one = await proven();
    expect(one).toMatchObject({
      proven: true,
      databases: [{ name: "dome/silo", tables: 3, rows: 12_000 + 3 + 3_000 }],
      namespaces: [{ name: "dome/SESSIONS", keys: 1201 }],
    });
    const opened = await newest();
    expect(opened.manifest.databases).toMatchObject([
      { consistency: "unchanged", sequences: { child: "12000" } },
    ]);
    expect(opened.manifest.databases[0]?.more.length).toBeGreaterThan(1);
    // A table without row numbers and a namespace are gone on with by their keys, too.
    expect(opened.manifest.databases[0]?.without).toContain(
      "digest and newest row of word: the worker read it in several invocations",
    );
    expect(opened.manifest.namespaces[0]?.digest).toBeUndefined();

    // Two at once, and a writer between their invocations.
    await Promise.all([fire(due), fire(due)]);
    await database().run(["INSERT INTO child(parent, body) VALUES (1, X'00')"]);
    await untilWritten(2);
    const two = await proven();
    expect(two.proven).toBe(true);
    const spread = await newest();
    expect(spread.manifest.databases[0]?.consistency).toBe("spread");
    expect(spread.head.previous).toEqual({ name: opened.head.name, digest: opened.digest });

    // Something that cannot be read: it is said where, nobody waits for the next try, and after five there is none.
    await call(account.connection, "DELETE", `/accounts/${account.accountId}/d1/database/${databaseId}`);
    const state = () => underWayIn({ bucket, prefix });
    await fire(due);
    expect(await state()).toMatchObject({ done: 0, failed: { unit: 0 }, isGivenUp: false });
    for (let tries = 0; tries < mostTries; tries++) await fire(tick);
    expect(await state()).toMatchObject({ failed: { unit: 0 }, isGivenUp: true });
    expect(await fire(tick)).toEqual({ outcome: "ok" });
    expect(await heads()).toHaveLength(2);
  },
);
