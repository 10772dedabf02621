import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../../embedded/contract/testing/stores-api.ts";
import { rows } from "../migrations/database/database.ts";
import { queryDatabase } from "../migrations/database/transports.ts";
import type { Account } from "./account.ts";
import { writtenSince } from "./d1/since.ts";
import type { Source } from "./d1/take.ts";
import { databaseFor, databasesNamed, endpointOf, sizeOf } from "./databases.ts";
import { drill } from "./drill/drill.ts";
import { journal, proofOf } from "./journal.ts";
import { namespaceDifferences, namespaceFor, namespaces } from "./kv/namespaces.ts";
import { pairs } from "./kv/pairs.ts";
import { depthOf, lettersOf, queueFor, queueIds } from "./letters/letters.ts";
import { restoreAndCompare, restoreNamespace } from "./prove.ts";
import { backupFolder } from "./settings.ts";
import { type ReadHead, readHead } from "./store/head.ts";
import { openBackup } from "./store/open.ts";
import { type TakeOptions, takeBackup } from "./take.ts";
import { momentAt, travel } from "./time-travel.ts";

/** What may happen to a backup between the evening and the morning on which it is needed. */
let api: StoresApi;
let account: Account;
let identity = "";
let recipient = "";
let root = "";
beforeAll(async () => {
  api = await startStoresApi();
  account = {
    connection: { baseUrl: api.base.replace(/\/accounts\/.*/, ""), token: api.token },
    accountId: api.account,
  };
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});
afterAll(() => api.close());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-games-"));
  return () => rmSync(root, { recursive: true, force: true, maxRetries: 10 });
});

const whose = () => ({ root, stage: "prod", target: "embedded", configured: undefined, keys: [] }) as const;
const folder = (): string => backupFolder(whose());
const say = (): void => {};

let made = 0;
async function source(statements: readonly string[]): Promise<Source> {
  const name = `game-${++made}`;
  const { id } = await databaseFor(account, name, name);
  const database = queryDatabase(endpointOf(account, id), `dome/${name}`);
  for (const sql of statements) expect(await database.run([sql])).toMatchObject({ kind: "done" });
  return { key: `dome/${name}`, id, physicalName: name, sizeBytes: await sizeOf(account, id), database };
}

const some = () =>
  source([
    "CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT)",
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO a SELECT i, hex(randomblob(50)) FROM n",
  ]);

const take = (sources: readonly Source[], more: Partial<TakeOptions> = {}) =>
  takeBackup(sources, {
    folder: folder(),
    stage: "prod",
    target: "embedded",
    accountId: api.account,
    recipients: [recipient],
    tool: "test",
    versions: {},
    notInBackup: [],
    say,
    ...more,
  });
const drilled = (read: ReadHead, key = identity) =>
  drill(read, { folder: folder(), identity: key, account, say });

test("a backup is proven by a drill, its databases go again, and nothing of it stands in clear", async () => {
  const read = await take([await some()]);
  expect(proofOf(whose())).toEqual({ kind: "unproven", backups: 1 });
  expect(await drilled(read)).toMatchObject({
    proven: true,
    findings: [],
    databases: [{ tables: 1, rows: 2000 }],
  });
  expect(proofOf(whose())).toMatchObject({ kind: "proven", isOld: false });
  expect(await databasesNamed(account, "lockstep-drill-")).toEqual([]);
  expect(readdirSync(read.folder).sort()).toEqual(["d1-0.age", "head.json", "manifest.age"]);
  expect(readFileSync(join(read.folder, "head.json"), "utf8")).not.toContain("game-");
});

test("a file that was cut off, changed in one byte, or is gone is named, and the drill is red", async () => {
  const read = await take([await some()]);
  const file = join(read.folder, "d1-0.age");
  const whole = readFileSync(file);
  const damages: readonly (readonly [string, () => void])[] = [
    ["was cut off", () => truncateSync(file, whole.length - 1)],
    ["0 bytes: it was cut off", () => truncateSync(file, 0)],
    [
      "other bytes than were written",
      () => writeFileSync(file, whole.with(whole.length >> 1, (whole[whole.length >> 1] ?? 0) ^ 1)),
    ],
    ["no such file", () => rmSync(file)],
  ];
  for (const [said, damage] of damages) {
    damage();
    const entry = await drilled(read);
    expect(entry).toMatchObject({ proven: false });
    expect(entry.findings.join()).toContain(said);
    expect(entry.findings.join()).toContain("d1-0.age");
    expect(proofOf(whose()).kind).toBe("unfit");
    writeFileSync(file, whole);
  }
  expect(await databasesNamed(account, "lockstep-drill-")).toEqual([]);
});

test("who changes a byte and mends the head is caught by the encryption, and by the row of backups", async () => {
  const read = await take([await some()], { now: new Date("2026-01-01T00:00:00Z") });
  const next = await take([await some()], { now: new Date("2026-01-02T00:00:00Z") });
  const file = join(read.folder, "d1-0.age");
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.with(bytes.length - 20, (bytes[bytes.length - 20] ?? 0) ^ 1));
  const { createHash } = await import("node:crypto");
  const head = readFileSync(join(read.folder, "head.json"), "utf8");
  const sha = createHash("sha256").update(readFileSync(file)).digest("hex");
  writeFileSync(join(read.folder, "head.json"), head.replace(read.head.files[0]?.sha256 ?? "", sha));
  expect((await drilled(readHead(read.folder))).findings.join()).toContain("is damaged");
  expect((await drilled(next)).findings.join()).toContain("that one was exchanged");
});

test("keys come back with values byte by byte, metadata and expiry; one that expires meanwhile is no finding", async () => {
  const id = await namespaceFor(account, "sessions");
  const later = Math.floor(Date.now() / 1000) + 3600;
  const soon = Math.floor(Date.now() / 1000) + 61;
  const put = (pairs: readonly object[]) => api.call("PUT", `/storage/kv/namespaces/${id}/bulk`, pairs);
  const bytes = Buffer.from([0, 255, 128, 10, 13]).toString("base64");
  await put([
    { key: "a/b c?", value: bytes, base64: true, metadata: { n: [1, "ä"] }, expiration: later },
    { key: "ключ", value: "" },
    { key: "mark", value: "\uFEFFtext" },
    { key: "soon", value: "x", expiration: soon },
    ...Array.from({ length: 120 }, (_, i) => ({ key: `k${i}`, value: "v".repeat(i) })),
  ]);
  const sessions = { key: "jobmatch/SESSIONS", id, title: "sessions", pairs: () => pairs(account, id, 50) };
  const read = await take([], { namespaces: [sessions] });
  expect(read.namespaces).toMatchObject([{ keys: 124 }]);
  expect(await drilled(read)).toMatchObject({ proven: true, namespaces: [{ keys: 124 }] });
  expect([...(await namespaces(account)).keys()].filter((title) => title.includes("drill"))).toEqual([]);
  const backup = await openBackup(readHead(read.folder), identity);
  const [entry] = backup.manifest.namespaces;
  if (entry === undefined) throw new Error("no namespace");
  const into = await namespaceFor(account, "sessions-restored");
  expect(await restoreNamespace(backup, entry, account, into)).toMatchObject({ expired: 1, differences: [] });
  await api.call("PUT", `/storage/kv/namespaces/${into}/bulk`, [{ key: "k5", value: "other" }]);
  await api.call("DELETE", `/storage/kv/namespaces/${into}/values/k6`);
  expect(await namespaceDifferences(account, into, backup.pairsOf(entry))).toEqual([
    'key "k5" has another value, metadata or expiry',
    'key "k6" is missing',
  ]);
  // Restored into once more: what somebody wrote meanwhile is told, and stays.
  expect(await restoreNamespace(backup, entry, account, into)).toMatchObject({
    differences: ['key "k5" has another value, metadata or expiry'],
  });
  expect((await api.call("GET", `/storage/kv/namespaces/${into}/values/k5`)).text).toBe("other");
});

test("dead letters are looked at and not taken; what the API does not show of them is counted", async () => {
  const id = await queueFor(account, "failed");
  const send = (messages: readonly object[]) =>
    api.call("POST", `/queues/${id}/messages/batch`, { messages });
  await send([
    { body: "tëxt", content_type: "text" },
    { body: { n: [1, "ü", null] }, content_type: "json" },
  ]);
  const failed = { key: "jobmatch/FAILED", name: "failed", id, account };
  const read = await take([], { letters: [failed] });
  expect(read.letters).toMatchObject([{ depth: 2, messages: 2, without: [] }]);
  expect(await drilled(read)).toMatchObject({ proven: true, findings: [] });
  expect([...(await queueIds(account)).keys()]).toEqual(["failed"]);
  const there = await lettersOf(account, id);
  expect(there?.map(({ body }) => body)).toEqual([
    "tëxt",
    Buffer.from('{"n":[1,"ü",null]}').toString("base64"),
  ]);
  await send(Array.from({ length: 100 }, (_, i) => ({ body: `${i}`, content_type: "text" })));
  const more = await take([], { letters: [failed], now: new Date("2027-01-01T00:00:00Z") });
  expect(more.letters).toMatchObject([{ depth: 102, messages: 100 }]);
  const entry = await drilled(more);
  expect(entry).toMatchObject({ proven: true });
  expect(entry.findings.join()).toContain(
    "jobmatch/FAILED is without 2 of its 102 messages: the API shows no more of them",
  );
  expect(await depthOf(account, id)).toBe(102);
});

test("another key opens nothing, and is no finding against the backup", async () => {
  const read = await take([await some()]);
  await expect(drilled(read, await generateX25519Identity())).rejects.toThrow(
    "This key does not open the backup",
  );
  expect(journal(folder())).toEqual([]);
});

test("what ends in the middle leaves no backup, and the older ones as they are", async () => {
  const read = await take([await some()], { now: new Date("2026-01-01T00:00:00Z") });
  const cut = await some();
  let asked = 0;
  const database: Source["database"] = {
    ...cut.database,
    sleep: async () => {},
    run: async (sql) =>
      asked++ < 3 ? cut.database.run(sql) : { kind: "unknown", message: "the network is cut" },
  };
  await expect(take([{ ...cut, database }])).rejects.toThrow("the network is cut");
  expect(readdirSync(folder())).toEqual([read.head.name]);
});

test("a full disk is named, and what was begun can be removed", async () => {
  const file = join(root, "full.age");
  const code = `import { seal } from ${JSON.stringify(join(import.meta.dirname, "store/sealed.ts"))};
    import { randomBytes } from "node:crypto";
    async function* much() { for (let i = 0; i < 40; i++) yield randomBytes(100_000).toString("hex"); }
    process.on("SIGXFSZ", () => {});
    await seal(${JSON.stringify(file)}, [${JSON.stringify(recipient)}], much()).catch((error) => console.log(error.message));`;
  const script = join(root, "full.ts");
  writeFileSync(script, code);
  // In blocks of 512 or 1024 bytes: both are less than four megabytes.
  const out = execFileSync("sh", ["-c", `ulimit -f 1000; exec "$0" "$1"`, process.execPath, script], {
    encoding: "utf8",
  });
  expect(out).toContain("The disk is full; no backup was written");
});

test("what was written since a backup is counted, table by table", async () => {
  const from = await some();
  const read = await take([from]);
  const backup = await openBackup(readHead(read.folder), identity);
  const [entry] = backup.manifest.databases;
  if (entry === undefined) throw new Error("no database");
  const since = () => writtenSince(from.database, backup.tablesOf(entry), backup.pagesOf(entry), () => true);
  expect(await since()).toEqual([]);
  await from.database.run([
    "DELETE FROM a WHERE id <= 3",
    "UPDATE a SET t = 'x' WHERE id IN (10, 11)",
    "INSERT INTO a(t) VALUES ('new')",
  ]);
  expect(await since()).toEqual([{ table: "a", added: 1, changed: 2, removed: 3 }]);
});

test("Time Travel puts a database back to a time, says how to undo it, and refuses a time before it", async () => {
  const from = await some();
  const at = new Date();
  const moment = await momentAt(account, from.id, from.key, at);
  await from.database.run(["DELETE FROM a"]);
  const undo = await travel(account, from.id, from.key, moment);
  const count = async () => (await rows(from.database, ["SELECT count(*) AS n FROM a"]))[0]?.[0]?.["n"];
  expect(await count()).toBe(2000);
  await travel(account, from.id, from.key, { bookmark: undo });
  expect(await count()).toBe(0);
  await expect(momentAt(account, from.id, from.key, new Date("2020-01-01T00:00:00Z"))).rejects.toThrow(
    "Time Travel does not go there",
  );
});

test("what a killed run left looks like no backup, and the next one clears it away", async () => {
  const from = await some();
  const draft = join(folder(), "20260101T000000Z.999999999.draft");
  const first = await take([from], { now: new Date("2026-01-01T00:00:01Z") });
  cpSync(first.folder, draft, { recursive: true });
  expect(proofOf(whose())).toEqual({ kind: "unproven", backups: 1 });
  await take([from], { now: new Date("2026-01-01T00:00:02Z") });
  expect(readdirSync(folder()).sort()).toEqual(["20260101T000001Z", "20260101T000002Z"]);
});

test("a database that is written to all the time is read of one moment where it is small", async () => {
  const two = await source([
    "CREATE TABLE a(id INTEGER PRIMARY KEY)",
    "CREATE TABLE b(id INTEGER PRIMARY KEY REFERENCES a(id))",
  ]);
  let running = true;
  let i = 0;
  const writer = (async () => {
    while (running) {
      i++;
      await two.database.run([`INSERT INTO a VALUES (${i})`, `INSERT INTO b VALUES (${i})`]);
    }
  })();
  try {
    const small = await take([two], { now: new Date("2026-01-01T00:00:00Z") });
    expect(small.databases[0]).toMatchObject({ consistency: "oneRequest" });
    const [a, b] = small.databases[0]?.tables ?? [];
    expect(a?.rows).toBe(b?.rows);
    expect(await drilled(small)).toMatchObject({ proven: true });
    const large = await take([{ ...two, sizeBytes: 1e9 }], { now: new Date("2026-01-02T00:00:00Z") });
    expect(large.databases[0]).toMatchObject({ consistency: "spread" });
  } finally {
    running = false;
    await writer;
  }
  const still = await take([{ ...two, sizeBytes: 1e9 }], { now: new Date("2026-01-03T00:00:00Z") });
  expect(still.databases[0]).toMatchObject({ consistency: "unchanged" });
  expect(await drilled(still)).toMatchObject({ proven: true });
});

test("a copy of the folder elsewhere is as good, and a restore beside what serves leaves that alone", async () => {
  const from = await some();
  const read = await take([from]);
  const elsewhere = join(root, "elsewhere");
  cpSync(read.folder, elsewhere, { recursive: true });
  await from.database.run(["DELETE FROM a WHERE id > 5"]);
  const backup = await openBackup(readHead(elsewhere), identity);
  const [entry] = backup.manifest.databases;
  if (entry === undefined) throw new Error("no database");
  const into = await databaseFor(account, `${entry.physicalName}-restored`, "restored");
  expect((await restoreAndCompare(backup, entry, into)).differences).toEqual([]);
  expect(await from.database.run(["SELECT count(*) AS n FROM a"])).toMatchObject({
    value: [{ results: [{ n: 5 }] }],
  });
  // Typed again, as after a kill: what was filled to its end is compared, and what was written into it is found.
  const again = () => restoreAndCompare(backup, entry, into, { mayBeDone: true });
  expect((await again()).differences).toEqual([]);
  await into.database.run(["DELETE FROM a WHERE id = 2000"]);
  expect((await again()).differences).toEqual(["table a: row 2000 and those behind it are missing"]);
  await expect(restoreAndCompare(backup, entry, { ...into, database: from.database })).rejects.toThrow(
    "into an empty database only",
  );
});
