import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logInternalErrors } from "../../../embedded/internal-errors.ts";
import { type Embedded, startEmbedded } from "../../../embedded/start.ts";
import { bundle } from "../../bundle/build.ts";
import type { Bundle } from "../../bundle/bundle.ts";
import { call } from "../../cloudflare/api.ts";
import { exchange } from "../../cloudflare/exchange.ts";
import type { Account } from "../account.ts";
import { drill } from "../drill/drill.ts";
import type { JournalEntry } from "../journal.ts";
import { openBackup } from "../store/open.ts";
import { takeBackup } from "../take.ts";
import { openDoor } from "./door.ts";
import type { CodeOf } from "./drill.ts";
import { besideBackup, putBackObjects } from "./put-back.ts";
import { scriptNames } from "./scripts.ts";
import { namespaceIdOf, storedIn } from "./stored.ts";
import type { ClassSource } from "./take.ts";

const root = join(import.meta.dirname, "../../..");
const data = mkdtempSync(join(tmpdir(), "lockstep-classes-"));
const methods = { export: "exportStorage", import: "importStorage" };
const began = Date.parse("2026-11-30T12:00:00Z");
let embedded: Embedded;
let account: Account;
let code: Bundle;
let identity = "";
let taken = 0;
beforeAll(async () => {
  embedded = await startEmbedded({ dataDir: join(data, "embedded"), log: logInternalErrors });
  const { api, token, front, accounts } = embedded;
  const accountNames = Object.fromEntries(accounts.map(({ id, name }) => [id, name]));
  account = { connection: { baseUrl: api, token, front, accountNames }, accountId: accounts[0]?.id ?? "" };
  identity = await generateX25519Identity();
  code = (await bundle({ main: "docs/examples/objects/worker.ts" }, root)).bundle;
  const scripts = `/accounts/${account.accountId}/workers/scripts/rooms`;
  const form = new FormData();
  const metadata = {
    ...{ main_module: code.mainModule, compatibility_date: "2026-06-01" },
    bindings: [
      { name: "ROOM", type: "durable_object_namespace", class_name: "Room" },
      { name: "LOBBY", type: "durable_object_namespace", class_name: "Lobby" },
    ],
    migrations: { new_tag: "v1", new_sqlite_classes: ["Room", "Lobby"] },
  };
  form.set("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  for (const { name, contentType, contentFile } of code.modules)
    form.set(name, new Blob([readFileSync(join(root, contentFile))], { type: contentType }), name);
  await call(account.connection, "PUT", scripts, form);
  await call(account.connection, "POST", `${scripts}/subdomain`, { enabled: true });
});
afterAll(async () => {
  await embedded.close();
  rmSync(data, { recursive: true, force: true, maxRetries: 10 });
});

const visit = async (path: string) => {
  const front = embedded.front
    .replace("<worker>", "rooms")
    .replace("<account>", embedded.accounts[0]?.name ?? "");
  expect(await exchange(`${front}${path}`)).toMatchObject({ status: 200 });
};
const source = async (className: string, names = methods): Promise<ClassSource> => ({
  ...{ key: `shop/rooms.${className}`, script: "rooms", className, methods: names },
  namespaceId: (await namespaceIdOf(account, { script: "rooms", className })) ?? "",
});
const backup = async (sources: readonly ClassSource[]) =>
  takeBackup([], {
    ...{ folder: join(data, "prod"), stage: "prod", target: "embedded", accountId: account.accountId },
    ...{ recipients: [await identityToRecipient(identity)], tool: "test", versions: {}, notInBackup: [] },
    ...{ classes: { account, sources }, say: () => undefined, now: new Date(began + 1000 * taken++) },
  });
const ofProject: CodeOf = async () => ({
  ...{ mainModule: code.mainModule, compatibilityDate: "2026-06-01", compatibilityFlags: [], methods },
  ...{
    storage: "sqlite",
    modules: code.modules.map((each) => ({ ...each, path: join(root, each.contentFile) })),
  },
});
const drilled = async (read: Awaited<ReturnType<typeof backup>>, codeOf: CodeOf): Promise<JournalEntry> =>
  drill(read, {
    ...{ folder: join(data, "prod"), identity, codeOf, say: () => undefined },
    account: { ...account, accountId: embedded.accounts[1]?.id ?? "" },
  });

test("the storage of objects is in a backup, and a drill lets the project's code read and write it again; nothing of it stays behind", async () => {
  await visit("/room/one?author=ann&body=hi");
  await visit("/room/one?author=bob&body=it%27s+%C3%A9");
  await visit("/room/two?author=bob&body=ho");
  await visit("/lobby/first?author=cid");
  const whole = await backup([await source("Room"), await source("Lobby")]);
  expect(whole.classes).toMatchObject([
    { key: "shop/rooms.Room", objects: 2, failed: 0 },
    { key: "shop/rooms.Lobby", objects: 1, failed: 0 },
  ]);
  const opened = await openBackup(whole, identity);
  const [room] = whole.classes;
  const texts: string[] = [];
  if (room !== undefined)
    for await (const { content } of opened.objectsOf(room)) texts.push(await textOf(content));
  expect(texts.toSorted()[0]).toContain('{"id":2,"author":"bob","body":"it\'s é"}');

  const proven = await drilled(whole, ofProject);
  expect(proven.findings).toEqual([]);
  expect(proven).toMatchObject({ proven: true, classes: [{ objects: 2 }, { objects: 1 }] });
  expect(await scriptNames(account)).toEqual(["rooms"]);
  expect(await scriptNames({ ...account, accountId: embedded.accounts[1]?.id ?? "" })).toEqual([]);
  // In clear on this machine's disk.
  expect(filesWith(join(data, "embedded"), "lockstep-drill-")).toEqual([]);
});

test("an object that lost what it had stored gets it back, and one that has something else is counted as that", async () => {
  const room = await source("Room");
  const taken = await backup([room]);
  const [entry] = taken.classes;
  if (entry === undefined) throw new Error("the backup has no class");
  const opened = await openBackup(taken, identity);
  const stored = new Set<string>();
  for await (const id of storedIn(account, room.namespaceId)) stored.add(id);
  const [lost = "", other = ""] = stored;
  const door = await openDoor(account, [room]);
  try {
    await door.imported(room, "id", lost, bytesOf(""));
    await door.imported(room, "id", other, bytesOf('{"table":"members","row":{"name":"eve","since":1}}\n'));
    const beside = await besideBackup(door, room, { backup: opened, entry, stored });
    expect(beside).toMatchObject({ same: 0, added: 0, failing: [] });
    expect([[...beside.empty.keys()], [...beside.changed.keys()]]).toEqual([[lost], [other]]);
    const wanted = new Map([...beside.empty, [other, "what it was before somebody wrote"]]);
    expect(await putBackObjects(door, room, { backup: opened, entry, wanted })).toEqual({
      ...{ put: 1, left: 1, differences: [] },
    });
    expect(await besideBackup(door, room, { backup: opened, entry, stored })).toMatchObject({ same: 1 });
    // A half of it is nothing: the class reads to the end first.
    await expect(door.imported(room, "id", lost, bytesOf('{"table":"mem'))).rejects.toThrow("JSON");
    expect(await besideBackup(door, room, { backup: opened, entry, stored })).toMatchObject({ same: 1 });
  } finally {
    await door.close();
  }
});

test("without the class's code a drill compares digests, and says so", async () => {
  const told = await drilled(await backup([await source("Lobby")]), async () => "it is gone");
  expect(told.proven).toBe(true);
  expect(told.findings.join()).toContain(
    "compared with their digests alone, and no class read them: it is gone",
  );
});

test("an object that throws is named, the others are in the backup, and no drill proves it", async () => {
  const broken = await backup([await source("Room"), await source("Lobby", { ...methods, export: "enter" })]);
  expect(broken.classes).toMatchObject([
    { objects: 2, failed: 0 },
    { objects: 0, failed: 1 },
  ]);
  expect(broken.classes[1]?.failures[0]).toMatch(/^object [0-9a-f]{64}: ./);
  const unfit = await drilled(broken, ofProject);
  expect(unfit.proven).toBe(false);
  expect(unfit.findings[0]).toBe("shop/rooms.Lobby: 1 object gave nothing out, and is not in the backup");
});

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}

const filesWith = (folder: string, text: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(text))
    : [];
