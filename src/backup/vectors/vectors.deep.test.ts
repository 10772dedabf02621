import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StoresApi, startStoresApi } from "../../../embedded/contract/testing/stores-api.ts";
import type { Account } from "../account.ts";
import { drill } from "../drill/drill.ts";
import { restoreIndex } from "../prove.ts";
import { readHead } from "../store/head.ts";
import { openBackup } from "../store/open.ts";
import { takeBackup } from "../take.ts";
import { type IndexShape, indexFor, indexNamed, indexNames, putVectors, type Vector } from "./vectors.ts";

let api: StoresApi;
let account: Account;
const folder = mkdtempSync(join(tmpdir(), "lockstep-vectors-"));
beforeAll(async () => {
  api = await startStoresApi();
  account = {
    connection: { baseUrl: api.base.replace(/\/accounts\/.*/, ""), token: api.token },
    accountId: api.account,
  };
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const shape: IndexShape = {
  dimensions: 3,
  metric: "cosine",
  description: "of notes",
  metadataIndexes: [{ propertyName: "author", indexType: "string" }],
};

async function* many(count: number): AsyncGenerator<Vector> {
  for (let i = 0; i < count; i++)
    yield {
      id: `v${i}`,
      values: [Math.sin(i), 1 / 3, i],
      ...(i % 3 === 0 && { namespace: `n${i % 2}` }),
      ...(i % 2 === 0 && { metadata: { author: `ann ${i}`, nested: { deep: [1, "ü"] } } }),
    };
}

test("vectors come back with their values, namespaces and metadata, into an index of the same shape; what differs is named", async () => {
  const identity = await generateX25519Identity();
  await indexFor(account, "notes", shape);
  await putVectors(account, "notes", many(2345), 120_000);
  const recipe = { database: "notes", select: "SELECT id FROM notes", queue: "added" };
  const take = (account: Account, second: number) =>
    takeBackup([], {
      folder,
      stage: "prod",
      target: "embedded",
      accountId: api.account,
      recipients: [recipient],
      tool: "test",
      versions: {},
      notInBackup: [],
      indexes: [{ key: "dome/notes", name: "notes", account, shape, recipe }],
      now: new Date(Date.parse("2026-01-01T00:00:00Z") + second * 1000),
      say: () => {},
    });
  const recipient = await identityToRecipient(identity);
  const read = await take(account, 0);
  expect(read.indexes).toMatchObject([{ content: "vectors", vectors: 2345, unchanged: true, recipe }]);
  const drilled = (one: typeof read) => drill(one, { folder, identity, account, say: () => {} });
  expect(await drilled(read)).toMatchObject({ proven: true, findings: [], indexes: [{ vectors: 2345 }] });
  expect(await indexNames(account)).toEqual(["notes"]);

  const backup = await openBackup(readHead(read.folder), identity);
  const [entry] = backup.manifest.indexes;
  if (entry === undefined) throw new Error("no index");
  const again = () => restoreIndex(backup, entry, account, "notes-restored", 120_000);
  expect((await again()).differences).toEqual([]);
  expect(await indexNamed(account, "notes-restored")).toEqual(shape);
  const other = async function* (): AsyncGenerator<Vector> {
    yield { id: "more", values: [1, 2, 3] };
  };
  await putVectors(account, "notes-restored", other(), 120_000);
  expect((await again()).differences).toEqual(["there are 1 vectors too much"]);

  const file = join(read.folder, "vectors-0.age");
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
  expect((await drilled(read)).findings.join()).toContain("vectors-0.age of this backup is damaged");
  writeFileSync(file, bytes);

  // An index that cannot be listed: its recipe stands in the backup, and it says so.
  const unlisted = await startUnlisted(account);
  try {
    const second = await take({ ...account, connection: unlisted.connection }, 1);
    expect(second.indexes).toMatchObject([{ content: "recipe", vectors: 0, recipe }]);
    const entry = await drilled(second);
    expect(entry).toMatchObject({ proven: true });
    expect(entry.findings).toEqual([
      "dome/notes is without its 2345 vectors, which this index does not list: its recipe makes them again",
    ]);
  } finally {
    unlisted.close();
  }
});

/** The same API before it had lists of vectors. */
async function startUnlisted({
  connection,
}: Account): Promise<{ connection: Account["connection"]; close: () => void }> {
  const { createServer } = await import("node:http");
  const { hostname, port } = new URL(connection.baseUrl);
  const { request: ask } = await import("node:http");
  const server = createServer((request, response) => {
    if (/\/list\?/.test(request.url ?? "")) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ success: false, result: null, errors: [{ code: 7000, message: "No route" }] }),
      );
      return;
    }
    const { method, url: path, headers } = request;
    const on = ask({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(on);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    connection: { ...connection, baseUrl: `http://127.0.0.1:${address.port}/client/v4` },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
