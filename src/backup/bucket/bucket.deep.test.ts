import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { call } from "../../cloudflare/api.ts";
import { type Bucket, listObjects, putObject, removeObject } from "../../cloudflare/s3/bucket.ts";
import { type S3, s3Of, sendS3, textOf } from "../../cloudflare/s3/s3.ts";
import { queryDatabase } from "../../migrations/database/transports.ts";
import type { Account } from "../account.ts";
import type { Source } from "../d1/take.ts";
import { databaseFor, endpointOf, sizeOf } from "../databases.ts";
import { drill } from "../drill/drill.ts";
import { proofOf } from "../journal.ts";
import type { BucketSource } from "../objects/copy.ts";
import { readHead } from "../store/head.ts";
import { backupNames, headsIn, newestHead } from "../store/heads.ts";
import { type TakeOptions, takeBackup } from "../take.ts";
import { bring, drop, isThere, pull, push, removeThere } from "./mirror.ts";
import { collectThere, objectsThere } from "./objects.ts";
import { type Depot, depotOf } from "./place.ts";
import { bringFile, putFile } from "./transfer.ts";

/** Backups in a bucket of another account, seen from several machines: each has a folder of its own. */
let embedded: Embedded;
let account: Account;
let vault = "";
let s3: S3;
let identity = "";
let recipient = "";
let source: Source;
beforeAll(async () => {
  embedded = await startEmbedded({ log: logInternalErrors });
  const [own, other] = embedded.accounts;
  vault = other?.id ?? own?.id ?? "";
  account = { connection: { baseUrl: embedded.api, token: embedded.token }, accountId: own?.id ?? "" };
  s3 = await s3Of(account.connection, vault);
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  const { id } = await databaseFor(account, "silo", "silo");
  const database = queryDatabase(endpointOf(account, id), "dome/silo");
  await database.run([
    "CREATE TABLE a(id INTEGER PRIMARY KEY, t TEXT)",
    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO a SELECT i, hex(randomblob(40)) FROM n",
  ]);
  const sizeBytes = await sizeOf(account, id);
  source = { key: "dome/silo", id, physicalName: "silo", sizeBytes, database };
});
afterAll(() => embedded.close());

let machines: string[] = [];
let name = "";
let count = 0;
beforeEach(async () => {
  name = `backups-${++count}`;
  await call(account.connection, "POST", `/accounts/${vault}/r2/buckets`, { name });
  return () => {
    for (const machine of machines) rmSync(machine, { recursive: true });
    machines = [];
  };
});

const configured = () => ({ recipients: [recipient], to: { bucket: name, accountId: vault } });
const bucketOf = (endpoint = embedded.s3.replace("<account id>", vault)): Bucket => ({
  s3: { ...s3, endpoint: () => new URL(endpoint) },
  name,
  jurisdiction: "default",
  wait: async () => {},
});

/** A machine that knows nothing yet. */
async function machine(bucket = bucketOf()): Promise<{ readonly root: string; readonly depot: Depot }> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-bucket-"));
  machines.push(root);
  const whose = { root, stage: "prod", target: "cloudflare", configured: configured() } as const;
  const env = { LOCKSTEP_BACKUP_ACCESS_KEY_ID: "a", LOCKSTEP_BACKUP_SECRET_ACCESS_KEY: "b" };
  const depot = await depotOf(whose, () => env);
  if (depot.there === undefined) throw new Error("the settings name a bucket");
  return { root, depot: { folder: depot.folder, there: { ...depot.there, bucket } } };
}

const say = (): void => {};
const taken = ({ folder }: Depot, now = new Date(), more: Partial<TakeOptions> = {}) =>
  takeBackup([source], {
    ...more,
    ...{ folder, stage: "prod", target: "cloudflare", accountId: account.accountId, tool: "test", say, now },
    ...{ recipients: [recipient], versions: {}, notInBackup: [] },
  });
const keys = async (): Promise<readonly string[]> =>
  (await listObjects(bucketOf(), "")).map(({ key }) => key);
const putText = (key: string, text: string) =>
  putObject(bucketOf(), key, {
    bytes: Buffer.byteLength(text),
    md5: createHash("md5").update(text).digest("hex"),
    open: () => Readable.from([Buffer.from(text)]),
  });
const proof = (root: string) =>
  proofOf({ root, stage: "prod", target: "cloudflare", configured: configured(), keys: [] });

test("a file that is too large for one request is put in parts, comes back byte by byte, and overwrites nothing", async () => {
  const { root, depot } = await machine();
  if (depot.there === undefined) throw new Error("no bucket");
  const { there } = depot;
  const small = { mostAtOnce: 1_000_000, leastPart: 5 * 1024 * 1024 };
  const [path, back] = [join(root, "large"), join(root, "back")];
  const bytes = randomBytes(11 * 1024 * 1024 + 7);
  writeFileSync(path, bytes);
  await putFile(there, "large", path, small);
  await bringFile(there, "large", back);
  expect(readFileSync(back).equals(bytes)).toBe(true);
  const [first] = await listObjects(there.bucket, "");
  expect(first?.etag).toMatch(/-3$/);
  // Again it is there; another one of the same length is refused, and one of another length.
  await putFile(there, "large", path, small);
  writeFileSync(path, Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]));
  await expect(putFile(there, "large", path, small)).rejects.toThrow("Something else is in the bucket");
  writeFileSync(path, bytes.subarray(1));
  await expect(putFile(there, "large", path, small)).rejects.toThrow("Something else is in the bucket");
  expect((await listObjects(there.bucket, ""))[0]).toEqual(first);
});

test("a backup goes into the bucket, is proven from there on another machine, and a third one knows of it", async () => {
  const one = await machine();
  await pull(one.depot);
  const { head } = await taken(one.depot);
  await push(one.depot, say);
  expect(await keys()).toEqual(
    ["d1-0.age", "head.json", "manifest.age"].map((file) => `cloudflare/prod/${head.name}/${file}`),
  );
  await pull(one.depot);
  expect(readdirSync(join(one.depot.folder, head.name)).sort()).toEqual(["head.json", "in-bucket"]);

  const two = await machine();
  await pull(two.depot);
  expect(proof(two.root)).toEqual({ kind: "unproven", backups: 1 });
  await bring(two.depot, head.name);
  const read = readHead(join(two.depot.folder, head.name));
  expect(await drill(read, { folder: two.depot.folder, identity, account, say })).toMatchObject({
    proven: true,
    databases: [{ rows: 20_000 }],
  });
  await drop(two.depot, head.name);
  await push(two.depot, say);

  const three = await machine();
  await pull(three.depot);
  expect(proof(three.root)).toMatchObject({ kind: "proven", isOld: false, entry: { backup: head.name } });

  await removeThere(three.depot, head.name);
  await pull(one.depot);
  expect(newestHead(one.depot.folder)).toBeUndefined();
});

/** Lets requests through until so many bytes went up, and cuts every connection from then on. */
async function cutAfter(bytes: number): Promise<{ readonly server: Server; readonly endpoint: string }> {
  let left = bytes;
  const { port, hostname } = new URL(embedded.api);
  const server = createServer((socket) => {
    const onwards = connect(Number(port), hostname);
    socket.on("error", () => onwards.destroy());
    onwards.on("error", () => socket.destroy());
    socket.on("data", (part) => {
      left -= part.length;
      if (left > 0) onwards.write(part);
      else {
        socket.destroy();
        onwards.destroy();
      }
    });
    socket.on("end", () => onwards.end());
    onwards.pipe(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, endpoint: `http://127.0.0.1:${address.port}/r2/${vault}` };
}

test("a network that is cut within an upload leaves nothing that looks like a backup, and the next run goes on", async () => {
  const { server, endpoint } = await cutAfter(300_000);
  const one = await machine(bucketOf(endpoint));
  const { head } = await taken(one.depot);
  await expect(push(one.depot, say)).rejects.toMatchObject({
    diagnostic: { what: "The backup is not in its bucket; it is whole on this machine" },
  });
  server.close();
  expect((await keys()).filter((key) => key.endsWith("head.json"))).toEqual([]);
  expect(isThere(one.depot, head.name)).toBe(false);
  const two = await machine();
  await pull(two.depot);
  expect(proof(two.root)).toEqual({ kind: "none" });

  const healed = { folder: one.depot.folder, there: { bucket: bucketOf(), prefix: "cloudflare/prod/" } };
  await pull(healed);
  await push(healed, say);
  await pull(two.depot);
  await bring(two.depot, head.name);
  const read = readHead(join(two.depot.folder, head.name));
  expect((await drill(read, { folder: two.depot.folder, identity, account, say })).proven).toBe(true);
});

test("what is in the bucket is not overwritten, a flipped byte is found, and a head that was exchanged or garbled stops no other backup", async () => {
  const one = await machine();
  const { head } = await taken(one.depot);
  const key = `cloudflare/prod/${head.name}/d1-0.age`;
  await putText(key, "of another");
  await expect(push(one.depot, say)).rejects.toMatchObject({
    diagnostic: { what: "Something else is in the bucket under this name; nothing was overwritten" },
  });
  await removeObject(bucketOf(), key);
  await push(one.depot, say);

  const two = await machine();
  await pull(two.depot);
  await bring(two.depot, head.name);
  const path = join(two.depot.folder, head.name, "d1-0.age");
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const unfit = await drill(readHead(join(two.depot.folder, head.name)), {
    ...{ folder: two.depot.folder, identity, account, say },
  });
  expect(unfit.findings.join()).toContain("is damaged");

  const text = readFileSync(join(two.depot.folder, head.name, "head.json"), "utf8");
  const other = JSON.stringify({ ...head, files: [] });
  await removeObject(bucketOf(), `cloudflare/prod/${head.name}/head.json`);
  await putText(`cloudflare/prod/${head.name}/head.json`, other);
  await pull(two.depot);
  expect(newestHead(two.depot.folder)).toBeUndefined();
  expect(headsIn(two.depot.folder).unreadable).toEqual([
    { name: head.name, why: expect.stringContaining("another than the one that was there before") },
  ]);
  // Another backup goes on: it is written and reaches the bucket, and whoever puts the head back has the first one again.
  const next = await taken(two.depot, new Date(Date.parse(head.startedAt) + 5_000));
  await push(two.depot, say);
  expect(newestHead(two.depot.folder)?.head.name).toBe(next.head.name);
  await removeObject(bucketOf(), `cloudflare/prod/${head.name}/head.json`);
  await putText(`cloudflare/prod/${head.name}/head.json`, text);
  await pull(two.depot);
  expect(backupNames(two.depot.folder)).toEqual([head.name, next.head.name]);
  // A machine that saw it garbled alone takes the mended one.
  await removeObject(bucketOf(), `cloudflare/prod/${head.name}/head.json`);
  await putText(`cloudflare/prod/${head.name}/head.json`, text.slice(0, 40));
  const three = await machine();
  await pull(three.depot);
  expect(headsIn(three.depot.folder).unreadable).toMatchObject([{ name: head.name }]);
  await removeObject(bucketOf(), `cloudflare/prod/${head.name}/head.json`);
  await putText(`cloudflare/prod/${head.name}/head.json`, text);
  await pull(three.depot);
  expect(backupNames(three.depot.folder)).toEqual([head.name, next.head.name]);
});

test("bytes of objects go there once, are brought back for a drill, and go when no backup refers to them", async () => {
  const own = await s3Of(account.connection, account.accountId);
  const place = { name: `files-${count}`, jurisdiction: "default" };
  await call(account.connection, "POST", `/accounts/${account.accountId}/r2/buckets`, { name: place.name });
  const putOne = async (key: string, body: string): Promise<void> => {
    const answer = await sendS3(own, { method: "PUT", bucket: place.name, key, body: Buffer.from(body) });
    expect(answer.status, await textOf(answer)).toBe(200);
  };
  const files: BucketSource = {
    key: "dome/files",
    ...place,
    location: "weur",
    storageClass: "Standard",
    account,
    s3: own,
  };
  const backup = async (depot: Depot, now: Date): Promise<number> => {
    await pull(depot);
    const elsewhere = await objectsThere(depot, newestHead(depot.folder)?.head.name);
    const { buckets } = await taken(depot, now, { buckets: [files], elsewhere });
    await push(depot, say);
    return buckets[0]?.copied ?? -1;
  };
  const held = async (): Promise<number> => (await keys()).filter((key) => key.includes("/objects/")).length;
  const [first, second, third] = [3, 2, 1].map((hours) => new Date(Date.now() - hours * 3_600_000));
  await putOne("a.txt", "of a");
  await putOne("b.txt", "of b");
  expect(await backup((await machine()).depot, first ?? new Date())).toBe(2);
  await putOne("a.txt", "another a");
  expect(await backup((await machine()).depot, second ?? new Date())).toBe(1);
  expect(await held()).toBe(3);

  const two = await machine();
  await pull(two.depot);
  const newest = newestHead(two.depot.folder);
  if (newest === undefined) throw new Error("there is a backup");
  await bring(two.depot, newest.head.name);
  const entry = await drill(newest, { folder: two.depot.folder, identity, account, say });
  expect(entry).toMatchObject({ proven: true, buckets: [{ objects: 2 }] });
  await drop(two.depot, newest.head.name);

  await call(
    account.connection,
    "DELETE",
    `/accounts/${account.accountId}/r2/buckets/${place.name}/objects/b.txt`,
  );
  const three = await machine();
  expect(await backup(three.depot, third ?? new Date())).toBe(0);
  const names = backupNames(three.depot.folder);
  for (const gone of names.slice(0, 2)) await removeThere(three.depot, gone);
  const now = new Date(Date.now() + 3 * 86_400_000);
  const stays = names.slice(2);
  expect(await collectThere(three.depot, { stays, dryRun: false })).toEqual({ removed: 0, removedBytes: 0 });
  expect(await collectThere(three.depot, { stays, dryRun: false, now })).toMatchObject({ removed: 2 });
  expect(await held()).toBe(1);
});

test("a bucket that is not there, and keys that it does not know, are said as such", async () => {
  const { depot } = await machine({ ...bucketOf(), name: "nowhere" });
  await expect(pull(depot)).rejects.toMatchObject({
    diagnostic: {
      got: expect.stringContaining("NoSuchBucket"),
      fix: expect.stringContaining("make the bucket"),
    },
  });
  const stranger = await machine({
    ...bucketOf(),
    s3: { ...bucketOf().s3, accessKeyId: "0".repeat(32), secret: "1".repeat(64) },
  });
  await expect(pull(stranger.depot)).rejects.toMatchObject({
    diagnostic: { fix: expect.stringContaining("take the keys") },
  });
});
