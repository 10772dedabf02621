import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { d1, json, perStage, queue, secret, service, system, type Worker, worker } from "../declare/index.ts";
import { builtOf, codeOf } from "./built.ts";
import { publicHalf } from "./ed25519.ts";
import { type ArtefactRecord, isSignedBy, signedBy } from "./record.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-artefact-"));
  folders.push(root);
  for (const [path, text] of Object.entries({ "package-lock.json": "{}", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const files = {
  "api.ts": "export default { fetch: () => new Response('one') };",
  "public/index.html": "<p>one</p>",
  "migrations/0001_notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n",
  "migrations/0002_text.sql": "ALTER TABLE notes ADD COLUMN text TEXT;\n",
};

interface Differing {
  readonly greeting?: Readonly<Record<string, string>>;
  readonly adopt?: Readonly<Record<string, string>>;
  readonly crons?: Readonly<Record<string, readonly string[]>>;
  readonly routes?: Worker["routes"];
  readonly limit?: number;
  readonly compatibilityDate?: string;
  readonly jobs?: string;
}

function shop({
  greeting = { dev: "hi", prod: "hello" },
  adopt = {},
  crons = {},
  routes = {},
  limit = 3,
  compatibilityDate = "2026-06-01",
  jobs = "JOBS",
}: Differing = {}) {
  const notes = d1("notes", { migrations: "migrations", adopt });
  const mails = queue("mails");
  const api: Worker = worker("api", {
    main: "api.ts",
    compatibilityDate,
    assets: "public",
    crons,
    routes,
    env: {
      DB: notes,
      GREETING: perStage(greeting),
      LIMIT: json({ most: limit, kind: "perStage" }),
      KEY: secret("KEY"),
      SELF: service((): Worker => api),
      [jobs]: mails,
    },
  });
  return system("shop", [notes, mails, api]);
}

const built = async (root: string, differing?: Differing) => {
  const declared = shop(differing);
  const workers = declared.resources.filter((each) => each.kind === "worker");
  const code = await Promise.all(workers.map(async (each) => [each, await codeOf(each, root)] as const));
  return builtOf([declared], new Map(code), root)["shop"] ?? { digest: "", parts: {} };
};

const differ = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((part) => one[part] !== other[part]);

test("the same sources have the same digest in another folder", async () => {
  const [one, other] = [await built(folder(files)), await built(folder(files))];
  expect(other).toEqual(one);
  expect(Object.keys(one.parts)).toEqual([
    "d1 notes, settings",
    "d1 notes, migration 0001_notes.sql",
    "d1 notes, migration 0002_text.sql",
    "queue mails, settings",
    "worker api, code",
    "worker api, static files",
    "worker api, bindings",
    "worker api, settings",
  ]);
});

test("what differs by stage is no part of it", async () => {
  const root = folder(files);
  const plain = await built(root, { crons: { prod: ["0 3 * * *"] } });
  const otherwise = await built(root, {
    greeting: { dev: "hi", prod: "good day" },
    adopt: { prod: "3b0c6f3e-6f0b-4a56-9f0e-0e8a3c5b7d11" },
    crons: { prod: ["0 4 * * *"] },
    routes: { prod: [{ pattern: "shop.dev/*", zoneName: "shop.dev" }] },
  });
  expect(otherwise).toEqual(plain);
});

test.each<readonly [string, Readonly<Record<string, string>>, Differing, readonly string[]]>([
  ["code", { "api.ts": "export default { fetch: () => new Response('two') };" }, {}, ["worker api, code"]],
  ["a file that is served", { "public/index.html": "<p>two</p>" }, {}, ["worker api, static files"]],
  ["how files are served", { "public/_headers": "/*\n  X-A: b\n" }, {}, ["worker api, static files"]],
  [
    "a migration",
    { "migrations/0002_text.sql": "ALTER TABLE notes ADD COLUMN body TEXT;\n" },
    {},
    ["d1 notes, migration 0002_text.sql"],
  ],
  ["a value that all stages have", {}, { limit: 4 }, ["worker api, bindings"]],
  ["the name of a binding", {}, { jobs: "QUEUE" }, ["worker api, bindings"]],
  ["the compatibility date", {}, { compatibilityDate: "2026-07-01" }, ["worker api, settings"]],
])("%s is a part of its own", async (_what, changed, differing, parts) => {
  const before = await built(folder(files));
  const after = await built(folder({ ...files, ...changed }), differing);
  expect(differ(before.parts, after.parts)).toEqual(parts);
  expect(after.digest).not.toBe(before.digest);
});

const record: ArtefactRecord = {
  project: "shop",
  stage: "staging",
  systems: { shop: { digest: "sha256:1", servedAt: "2026-11-30T12:00:00.000Z", by: "mia@build-7" } },
};

test("a signature is that of one key, over all of the record whatever the order of its keys", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const secretHalf = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  const open = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const signature = signedBy(secretHalf, record);
  const { stage, project, systems } = record;
  expect(isSignedBy(open, { systems, stage, project, signature })).toBe(true);
  expect(publicHalf(secretHalf)).toBe(open);
  const shop = systems["shop"] ?? { digest: "", servedAt: "", by: "" };
  for (const altered of [
    { ...record, stage: "dev" },
    { ...record, project: "notes" },
    { ...record, systems: { ...systems, more: shop } },
    { ...record, systems: { shop: { ...shop, servedAt: "2026-11-29T12:00:00.000Z" } } },
    { ...record, systems: { shop: { ...shop, commit: "3b18e512" } } },
  ])
    expect(isSignedBy(open, { ...altered, signature })).toBe(false);
  expect(isSignedBy(open, record)).toBe(false);
  expect(isSignedBy("no key", { ...record, signature })).toBe(false);
  const other = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" });
  expect(isSignedBy(other.toString("base64"), { ...record, signature })).toBe(false);
  expect(publicHalf("no key")).toBeUndefined();
});
