import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { type S3, s3Of, sendS3, textOf } from "../../cloudflare/s3/s3.ts";
import type { Account } from "../account.ts";
import { drill } from "../drill/drill.ts";
import { journal } from "../journal.ts";
import { restoreBucket } from "../prove.ts";
import { removeBackup } from "../retention.ts";
import { type ReadHead, readHead } from "../store/head.ts";
import { openBackup } from "../store/open.ts";
import { takeBackup } from "../take.ts";
import { bucketFor, bucketsNamed } from "./buckets.ts";
import { collect } from "./collect.ts";
import type { BucketSource } from "./copy.ts";
import { listObjects } from "./list.ts";
import type { ListedObject } from "./object.ts";
import { putObject } from "./put.ts";
import { readList } from "./store.ts";

/** What may happen to a bucket while it is backed up, and to its bytes afterwards. */
let embedded: Embedded;
let account: Account;
let s3: S3;
let identity = "";
let recipient = "";
let folder = "";
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const accountId = embedded.accounts[0]?.id ?? "";
  account = { connection: { baseUrl: embedded.api, token: embedded.token }, accountId };
  s3 = await s3Of(account.connection, accountId);
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});
afterAll(() => embedded.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-objects-"));
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

const like = { location: "weur", storageClass: "Standard" };
let made = 0;
async function bucket(): Promise<BucketSource> {
  const place = { name: `files-${++made}`, jurisdiction: "default" };
  await bucketFor(account, place, like);
  return { key: `jobmatch/${place.name}`, ...place, ...like, account, s3 };
}

async function put(
  { name }: BucketSource,
  key: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await sendS3(s3, { method: "PUT", bucket: name, key, headers, body: Buffer.from(body) });
  expect([answer.status, await textOf(answer)]).toEqual([200, ""]);
}

let time = Date.parse("2026-01-01T00:00:00Z");
function take(buckets: readonly BucketSource[]): ReturnType<typeof takeBackup> {
  time += 86_400_000;
  return takeBackup([], {
    folder,
    stage: "prod",
    target: "embedded",
    accountId: account.accountId,
    recipients: [recipient],
    tool: "test",
    versions: {},
    notInBackup: [],
    buckets,
    now: new Date(time),
    say: () => {},
  });
}
const drilled = (read: ReadHead, key = identity) =>
  drill(read, { folder, identity: key, account, say: () => {} });

async function filesOf({ folder: path }: ReadHead): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { id } of readList(join(path, "objects.list"))) files.push(fileOf(id));
  return files;
}
const fileOf = (id: string): string => join(folder, "objects", id.slice(0, 2), `${id}.age`);

async function contents(name: string): Promise<readonly ListedObject[]> {
  const all: ListedObject[] = [];
  for await (const page of listObjects(account, { name, jurisdiction: "default" }, 3)) all.push(...page);
  return all;
}

test("objects come back with every byte and all of their metadata, and nothing of them stands in clear", async () => {
  const from = await bucket();
  const strange = "über/a b+c&d'(1)*~%2F=?.txt";
  await put(from, strange, "The tide is high.", {
    "content-type": "text/plain; charset=utf-8",
    "content-disposition": 'attachment; filename="tide.txt"',
    "cache-control": "max-age=60",
    expires: "Wed, 21 Oct 2026 07:28:00 GMT",
    "x-amz-meta-author": "ann",
    "x-amz-meta-title": "=?UTF-8?B?w7xiZXIgZGllIEZsdXQ=?=",
  });
  await put(from, "empty", "");
  const large = randomBytes(17_000_000);
  const listed = { key: "large", size: large.length, etag: "no-2", uploaded: "", id: "", storageClass: "" };
  await putObject(
    s3,
    from,
    { ...listed, httpMetadata: { contentType: "video/mp4" }, customMetadata: { a: "b" } },
    async function* () {
      yield large;
    },
  );
  for (let i = 0; i < 20; i++) await put(from, `many/${i}`, "m".repeat(i));
  const was = await contents(from.name);
  expect(was.find(({ key }) => key === strange)).toMatchObject({
    customMetadata: { author: "ann", title: "über die Flut" },
  });
  expect(was.find(({ key }) => key === "large")?.etag).toMatch(/-2$/);
  const read = await take([from]);
  expect(read.buckets).toMatchObject([{ objects: 23, copied: 23, without: [] }]);
  const entry = await drilled(read);
  expect(entry).toMatchObject({ proven: true, findings: [], buckets: [{ objects: 23 }] });
  expect(await bucketsNamed(account, "lockstep-drill-", "default")).toEqual([]);
  for (const file of ["head.json", "objects.list"])
    expect(readFileSync(join(read.folder, file), "utf8")).not.toMatch(/tide|files-|jobmatch/);
  const backup = await openBackup(readHead(read.folder), identity);
  const [inventory] = backup.manifest.buckets;
  if (inventory === undefined) throw new Error("no bucket");
  const into = { name: `${from.name}-restored`, jurisdiction: "default" };
  expect(await restoreBucket(backup, inventory, account, into)).toMatchObject({ differences: [], told: [] });
  const shape = ({ key, size, httpMetadata, customMetadata }: ListedObject) => ({
    ...{ key, size, httpMetadata, customMetadata },
  });
  expect((await contents(into.name)).map(shape)).toEqual(was.map(shape));
  // What somebody wrote to the copy stays, and is said; typed again, what is missing comes back.
  await put({ ...from, ...into }, "many/3", "mmx");
  await put({ ...from, ...into }, "more", "x");
  await sendS3(s3, { method: "DELETE", bucket: into.name, key: "empty" }).then(textOf);
  expect((await restoreBucket(backup, inventory, account, into)).differences).toEqual([
    expect.stringMatching(/^object "many\/3" /),
    'object "more" is too much',
  ]);
});

test("what an earlier backup has is not copied again, and stays as long as one refers to it", async () => {
  const from = await bucket();
  for (const key of ["a", "b", "c"]) await put(from, key, key.repeat(1000));
  const first = await take([from]);
  await put(from, "b", "B".repeat(1000));
  await put(from, "c", "c".repeat(1000), { "x-amz-meta-new": "1" });
  await put(from, "d", "d");
  const second = await take([from]);
  expect(second.buckets).toMatchObject([{ objects: 4, copied: 2, copiedBytes: 1001 }]);
  const third = await take([from]);
  expect(third.buckets).toMatchObject([{ objects: 4, copied: 0 }]);
  expect(await filesOf(third)).toEqual(await filesOf(second));
  expect(await drilled(first)).toMatchObject({ proven: true });
  expect(await collect(folder)).toMatchObject({ removed: 0, used: 5 });
  const [, b = ""] = await filesOf(first);
  removeBackup(folder, first.head.name);
  expect(await collect(folder, { dryRun: true })).toMatchObject({ removed: 1, used: 4 });
  expect(existsSync(b)).toBe(true);
  expect(await collect(folder)).toMatchObject({ removed: 1, used: 4 });
  expect(existsSync(b)).toBe(false);
  expect(await drilled(second)).toMatchObject({ proven: true, findings: [] });
  expect(await drilled(third)).toMatchObject({ proven: true, findings: [] });
  // A list that was changed lets nothing go.
  const list = join(third.folder, "objects.list");
  const text = readFileSync(list, "utf8");
  writeFileSync(list, text.slice(text.indexOf("\n") + 1));
  await expect(collect(folder)).rejects.toThrow("objects.list of this backup is damaged");
});

test("an object's file that was cut off, changed in one byte, exchanged, or is gone is named, and the next backup copies it anew", async () => {
  const from = await bucket();
  await put(from, "a", randomBytes(200_000));
  await put(from, "b", randomBytes(200_000));
  const read = await take([from]);
  const [a = "", b = ""] = await filesOf(read);
  const whole = readFileSync(a);
  const damages: readonly (readonly [string, () => void])[] = [
    ["was cut off", () => truncateSync(a, whole.length - 1)],
    ["0 bytes: it was cut off", () => truncateSync(a, 0)],
    [
      "is damaged",
      () => writeFileSync(a, whole.with(whole.length >> 1, (whole[whole.length >> 1] ?? 0) ^ 1)),
    ],
    ["another object", () => writeFileSync(a, readFileSync(b))],
    ["no such file", () => rmSync(a)],
  ];
  for (const [said, damage] of damages) {
    damage();
    const entry = await drilled(read);
    expect(entry).toMatchObject({ proven: false });
    expect(entry.findings.join()).toContain(said);
    expect(entry.findings.join()).toContain(a);
    if (statSync(a, { throwIfNoEntry: false })?.size !== whole.length) {
      const next = await take([from]);
      expect(next.buckets).toMatchObject([{ copied: 1 }]);
      expect(await drilled(next)).toMatchObject({ proven: true });
      removeBackup(folder, next.head.name);
      expect(await collect(folder)).toMatchObject({ removed: 1 });
    }
    writeFileSync(a, whole);
  }
  expect(await drilled(read)).toMatchObject({ proven: true });
  expect(await bucketsNamed(account, "lockstep-drill-", "default")).toEqual([]);
  const entries = journal(folder).length;
  await expect(drilled(read, await generateX25519Identity())).rejects.toThrow(
    "This key does not open the backup",
  );
  expect(journal(folder)).toHaveLength(entries);
  // A copy of the backup alone is not whole.
  const elsewhere = join(folder, "elsewhere", read.head.name);
  cpSync(read.folder, elsewhere, { recursive: true });
  await expect(openBackup(readHead(elsewhere), identity)).rejects.toThrow("no such file");
  cpSync(join(folder, "objects"), join(dirname(elsewhere), "objects"), { recursive: true });
  expect((await openBackup(readHead(elsewhere), identity)).manifest.buckets).toHaveLength(1);
});

test("objects that are written to or deleted while they are read are whole, one state or the other, or not in it", async () => {
  const from = await bucket();
  const versions = Array.from({ length: 40 }, () => randomBytes(300_000));
  for (let i = 0; i < 30; i++) await put(from, `k${i}`, versions[0] ?? "");
  let running = true;
  const writer = (async () => {
    for (let i = 1; running; i++) {
      await put(from, `k${i % 30}`, versions[i % 40] ?? "");
      if (i % 10 === 0)
        await sendS3(s3, { method: "DELETE", bucket: from.name, key: `k${29 - (i % 7)}` }).then(textOf);
    }
  })();
  try {
    const read = await take([from]);
    const { buckets } = (await openBackup(readHead(read.folder), identity)).manifest;
    const backup = await openBackup(readHead(read.folder), identity);
    const hashes = new Set(versions.map((each) => createHash("md5").update(each).digest("hex")));
    let count = 0;
    for (const each of buckets) {
      const { objects, bytesOf } = backup.inventoryOf(each);
      for await (const object of objects()) {
        const hash = createHash("md5");
        for await (const part of bytesOf(object)) hash.update(part);
        const digest = hash.digest("hex");
        expect(digest).toBe(object.etag);
        expect(hashes).toContain(digest);
        count++;
      }
    }
    expect(count).toBeGreaterThan(20);
    expect(await drilled(read)).toMatchObject({ proven: true });
  } finally {
    running = false;
    await writer;
  }
});

test("a backup that is killed anywhere leaves none, and the next one copies what is missing and nothing twice", async () => {
  const from = await bucket();
  const many = 45;
  for (let i = 0; i < many; i++) await put(from, `k${i}`, randomBytes(20_000));
  const script = join(folder, "take.ts");
  const module = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
  writeFileSync(
    script,
    `import { globSync } from "node:fs";
    import { s3Of } from ${module("../../cloudflare/s3/s3.ts")};
    import { takeBackup } from ${module("../take.ts")};
    const options = ${JSON.stringify({ folder, stage: "prod", target: "embedded", accountId: account.accountId, recipients: [recipient], tool: "test", versions: {}, notInBackup: [], buckets: [from] })};
    const [bucket] = options.buckets;
    const s3 = await s3Of(bucket.account.connection, bucket.account.accountId);
    const endpoint = (jurisdiction) => {
      if (globSync(options.folder + "/objects/*/*.age").length >= Number(process.argv[2])) process.kill(process.pid, "SIGKILL");
      return s3.endpoint(jurisdiction);
    };
    await takeBackup([], { ...options, buckets: [{ ...bucket, s3: { ...s3, endpoint } }], say: () => {} });`,
  );
  const files = (ending: string): readonly string[] => globSync(join(folder, "objects", "*", `*${ending}`));
  const drafts = (): readonly string[] => globSync(join(folder, "*.draft"));
  for (const killAt of [1, many / 3, (2 * many) / 3]) {
    // It kills itself before it asks for the next object: seen from here, it might be through by then.
    const child = spawn(process.execPath, [script, String(killAt)], { stdio: "ignore" });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(drafts().length).toBeGreaterThan(0);
    expect(globSync(join(folder, "*", "head.json"))).toEqual([]);
  }
  const there = files(".age").length;
  expect(there).toBeGreaterThanOrEqual((2 * many) / 3);
  const read = await take([from]);
  expect(read.buckets).toMatchObject([{ objects: many, copied: many - there }]);
  expect(drafts()).toEqual([]);
  expect(await drilled(read)).toMatchObject({ proven: true, findings: [] });
  await collect(folder);
  expect(files("").length).toBe(many);
  expect(await drilled(read)).toMatchObject({ proven: true, findings: [] });
});

test("files of the store are not removed under a backup that is written, nor is one begun under their removal", async () => {
  const from = await bucket();
  await put(from, "a", "a");
  const first = await take([from]);
  removeBackup(folder, first.head.name);
  const draft = join(folder, `20270101T000000Z.${process.pid}.draft`);
  mkdirSync(draft);
  await expect(collect(folder)).rejects.toThrow("A backup is being written");
  expect(await collect(folder, { dryRun: true })).toMatchObject({ removed: 1 });
  rmSync(draft, { recursive: true });
  const mark = join(folder, "objects", `collecting.${process.pid}`);
  writeFileSync(mark, "");
  await expect(take([from])).rejects.toThrow("Old objects are being removed");
  // One whose process is gone is no hindrance.
  renameSync(mark, join(folder, "objects", "collecting.99999999"));
  expect((await take([from])).buckets).toMatchObject([{ objects: 1, copied: 0 }]);
});

test("a connection that breaks in the middle of an object is gone on from there", async () => {
  const from = await bucket();
  const body = randomBytes(3_000_000);
  await put(from, "a", body);
  let cuts = 0;
  const { hostname, port } = new URL(account.connection.baseUrl);
  const broken = createServer((socket) => {
    const to = connect(Number(port), hostname);
    let bytes = 0;
    to.on("data", (part) => {
      bytes += part.length;
      socket.write(part);
      if (bytes < 700_000) return;
      cuts++;
      socket.destroy();
      to.destroy();
    });
    for (const one of [socket, to]) one.on("error", () => {});
    socket.on("data", (part) => to.write(part));
    socket.on("close", () => to.destroy());
    to.on("close", () => socket.destroy());
  });
  await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
  try {
    const address = broken.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const connection = {
      ...account.connection,
      baseUrl: account.connection.baseUrl.replace(`:${port}`, `:${address.port}`),
    };
    const read = await take([
      { ...from, account: { ...account, connection }, s3: await s3Of(connection, account.accountId) },
    ]);
    expect(cuts).toBeGreaterThan(2);
    expect(await drilled(read)).toMatchObject({ proven: true, findings: [] });
  } finally {
    broken.close();
  }
});
